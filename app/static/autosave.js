// A long form saves itself as a draft while somebody writes: every twenty seconds, where something was typed.
for (const form of document.querySelectorAll('form[data-autosave]')) {
  const told = form.querySelector('[data-saved]')
  let typed = false, saving = null
  form.addEventListener('input', () => { typed = true })
  // A button waits for what is on its way, so that nobody is in conflict with themselves.
  form.addEventListener('submit', event => {
    if (!saving) { typed = false; return }
    const button = event.submitter
    event.preventDefault()
    saving.then(() => form.requestSubmit(button))
  })
  const save = async () => {
    typed = false
    try {
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body: new FormData(form) })
      const said = answer.headers.get('Content-Type') === 'application/json' ? await answer.json() : {}
      if (answer.ok && !answer.redirected) {
        for (const [name, value] of Object.entries(said)) if (form.elements[name]) form.elements[name].value = value
        if (said.base && form.elements.id) form.elements.id.readOnly = true
        told.textContent = told.dataset.saved.replace('{time}', new Date().toLocaleTimeString(document.documentElement.lang))
      } else {
        typed = answer.status !== 409
        told.textContent = answer.status === 409 && told.dataset.conflict || [told.dataset.lost, said.said].filter(Boolean).join(' ')
      }
    } catch {
      typed = true
      told.textContent = told.dataset.lost
    }
    saving = null
  }
  setInterval(() => { if (typed && told && !saving) saving = save() }, 20000)
}
