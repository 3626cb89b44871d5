// The editor of texts: saves on the way, shows what the check finds, inserts what is searched for. All of it can be done by buttons.
const area = document.querySelector('#text')
const form = area.form
const words = form.dataset
const kept = document.querySelector('#kept')
let saved = area.value, leaving = false, busy = false

form.addEventListener('submit', () => { leaving = true })
window.addEventListener('beforeunload', event => { if (!leaving && area.value !== saved) event.preventDefault() })

setInterval(async () => {
  const revision = form.elements.revision.value
  const text = area.value
  if (!revision || busy || leaving || text === saved) return
  busy = true
  try {
    const answer = await fetch(words.autosave, { method: 'POST', body: new FormData(form) })
    if (answer.ok && !answer.redirected) {
      form.elements.version.value = (await answer.json()).version
      saved = text
      kept.textContent = `${words.saved} ${new Date().toTimeString().slice(0, 5)}`
    } else kept.textContent = answer.status === 409 ? words.conflict : words.lost
  } catch { kept.textContent = words.lost }
  busy = false
}, 10000)

let pause
area.addEventListener('input', () => {
  clearTimeout(pause)
  pause = setTimeout(async () => {
    const sent = new FormData(form)
    sent.set('do', 'check')
    try {
      const answer = await fetch(form.action, { method: 'POST', body: sent })
      if (!answer.ok) return
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const found = page.querySelector('#preview')
      if (found) document.querySelector('#preview').replaceChildren(...found.childNodes)
    } catch { /* The button shows the same. */ }
  }, 2000)
})

const list = document.querySelector('#insertions')
const sought = form.elements.sought
let waiting
sought?.addEventListener('input', () => {
  clearTimeout(waiting)
  waiting = setTimeout(async () => {
    const query = sought.value
    const answer = await fetch(`${words.insertions}?${new URLSearchParams({ q: query, path: form.elements.path.value })}`)
    if (!answer.ok || query !== sought.value) return
    list.replaceChildren(...(await answer.json()).map(one => {
      const row = document.createElement('li')
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = `${words.insert}: ${one.name}`
      button.addEventListener('click', () => {
        area.setRangeText(one.mark, area.selectionStart, area.selectionEnd, 'end')
        area.dispatchEvent(new Event('input'))
        area.focus()
      })
      row.append(`${one.thing} `, button)
      return row
    }))
  }, 200)
})
