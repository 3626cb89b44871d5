// One key records how a call went. Keys work only while the focus is in the part of the page they belong to, and never
// in a field, so that nobody records anything by typing or by dictating elsewhere.
const form = document.querySelector('form[data-keys]')
const part = document.getElementById('current')

if (form && part) {
  form.querySelector('[data-hint]').hidden = false
  part.focus({ preventScroll: true })
  part.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
    if (event.target.closest('input, textarea, select')) return
    const button = form.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
    if (!button) return
    event.preventDefault()
    form.requestSubmit(button)
  })
}
