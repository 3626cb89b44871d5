// A passkey is asked for as soon as the page is there; what the browser answers goes into the form.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')

const opened = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  excludeCredentials: options.excludeCredentials?.map((key) => ({ ...key, id: bytes(key.id) })),
  allowCredentials: options.allowCredentials?.map((key) => ({ ...key, id: bytes(key.id) })),
})

const sealed = (key) => {
  const response = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (key.response[name]) response[name] = text(key.response[name])
  }
  if (key.response.getTransports) response.transports = key.response.getTransports()
  return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response, extensions: JSON.stringify(key.getClientExtensionResults()) })
}

const form = document.querySelector('form[data-passkey]')

const ask = async (event) => {
  event?.preventDefault()
  document.querySelector('#no-passkey').hidden = true
  try {
    const key = await navigator.credentials[form.dataset.passkey]({ publicKey: opened(JSON.parse(form.dataset.options)) })
    form.elements.credential.value = sealed(key)
    form.submit()
  } catch {
    document.querySelector('#no-passkey').hidden = false
  }
}

if (form) {
  form.addEventListener('submit', ask)
  ask()
}
