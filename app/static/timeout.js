// Before a sign-in runs out: asks in a dialog, so that nothing typed is lost. The same is offered without script by a page.
const dialog = document.querySelector('#time-out')
const form = dialog.querySelector('form')
let clock

const start = () => {
  clearTimeout(clock)
  clock = setTimeout(() => {
    dialog.showModal()
    // Once it is over, reloading leads to the sign-in and, after it, back to this page.
    clock = setTimeout(() => location.reload(), (dialog.dataset.over - dialog.dataset.warn) * 1000)
  }, dialog.dataset.warn * 1000)
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await fetch(form.action, { method: 'POST', body: new FormData(form) })
  if (!answer.ok || new URL(answer.url).pathname.includes('/sign-in')) {
    location.reload()
    return
  }
  dialog.close()
  start()
})
start()
