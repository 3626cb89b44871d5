// "Keep on this phone": only a press registers the worker. What is kept, and how, stands in sw.js.
const place = document.querySelector('[data-keep]')
const told = document.querySelector('[role=status]')
const bar = place.querySelector('progress')
const words = place.dataset

if ('serviceWorker' in navigator && 'caches' in window) {
  place.hidden = false
  document.querySelector('[data-without]').hidden = true
  for (const button of place.querySelectorAll('button')) button.addEventListener('click', () => keep(button))
}

async function keep(button) {
  if (!bar.hidden) return
  bar.removeAttribute('value')
  bar.hidden = false
  told.textContent = words.going
  try {
    await ask({ keep: words.keep, quiet: button.name === 'quiet' })
    place.hidden = true
    told.textContent = words.done
    // The pressed button is gone: the focus goes to what can be done next.
    const next = document.querySelector('[data-kept]')
    next.hidden = false
    next.querySelector('a').focus()
  } catch {
    if (!(await caches.keys()).length) {
      for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
    }
    told.textContent = words.failed
  }
  bar.hidden = true
}

async function ask(wish) {
  await navigator.serviceWorker.register('/sw.js')
  const { active } = await navigator.serviceWorker.ready
  const { port1, port2 } = new MessageChannel()
  active.postMessage(wish, [port2])
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => {
      if (data.of) {
        bar.max = data.of
        bar.value = data.done
      } else if (data.kept) resolve()
      else reject(new Error('not kept'))
    }
  })
}
