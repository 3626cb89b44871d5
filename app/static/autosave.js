// A long form saves itself as a draft while somebody writes: every twenty seconds, where something was typed.
for (const form of document.querySelectorAll('form[data-autosave]')) {
  const told = form.querySelector('[data-saved]')
  let typed = false
  form.addEventListener('input', () => { typed = true })
  const save = async () => {
    if (!typed || !told) return
    typed = false
    try {
      const answer = await fetch(form.dataset.autosave, { method: 'POST', body: new FormData(form) })
      if (!answer.ok) throw new Error(answer.status)
      const said = await answer.json()
      form.elements.version.value = said.version
      form.elements.sheet.value = said.sheet
      told.textContent = told.dataset.saved.replace('{time}', new Date().toLocaleTimeString(document.documentElement.lang))
    } catch {
      told.textContent = told.dataset.lost
    }
  }
  setInterval(save, 20000)
}
