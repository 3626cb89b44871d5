// Beside a password: a box to tick that shows what is typed, so that once is enough.
for (const form of document.querySelectorAll('form[data-show]')) {
  const field = form.querySelector('input[type="password"]')
  const line = document.createElement('p')
  const box = document.createElement('input')
  const label = document.createElement('label')
  line.className = 'option'
  box.type = 'checkbox'
  box.id = 'show-password'
  label.htmlFor = box.id
  label.textContent = form.dataset.show
  line.append(box, label)
  field.closest('.control').after(line)
  box.addEventListener('change', () => { field.type = box.checked ? 'text' : 'password' })
  form.addEventListener('submit', () => { field.type = 'password' })
}
