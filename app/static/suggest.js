// Suggestions below the search field, as plain links. Without this file the search works just the same.
const field = document.querySelector('[data-suggest]')
if (field) {
  const list = document.createElement('ul')
  list.className = 'suggestions'
  list.hidden = true
  field.closest('.field').after(list)
  let timer, asked = ''
  const close = () => { list.hidden = true }
  const show = items => {
    list.replaceChildren(...items.map(item => {
      const link = document.createElement('a')
      link.href = item.address
      link.textContent = item.text
      const kind = document.createElement('small')
      kind.textContent = item.kind
      const row = document.createElement('li')
      row.append(link, ' ', kind)
      return row
    }))
    list.hidden = !items.length
  }
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      asked = field.value.trim()
      if (asked.length < 2) return close()
      const query = asked
      try {
        const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(query)}`)
        if (answer.ok && query === asked) show(await answer.json())
      } catch { close() }
    }, 150)
  })
  const move = event => {
    const links = [...list.querySelectorAll('a')]
    if (list.hidden || !links.length) return
    const place = links.indexOf(document.activeElement)
    if (event.key === 'ArrowDown') { event.preventDefault(); links[Math.min(place + 1, links.length - 1)].focus() }
    if (event.key === 'ArrowUp' && place >= 0) { event.preventDefault(); (links[place - 1] ?? field).focus() }
    if (event.key === 'Escape') { close(); field.focus() }
  }
  field.addEventListener('keydown', move)
  list.addEventListener('keydown', move)
  field.form.addEventListener('focusout', event => { if (!field.form.contains(event.relatedTarget)) close() })
}
