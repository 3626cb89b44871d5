// Each file goes by itself and shows how far it is; one that is lost on the way can be sent again, the others are safe.
const form = document.querySelector('[data-upload]')
const input = form.elements.files
const most = 10_000_000
let sending = 0

const line = file => {
  const list = form.querySelector('.files') ?? form.querySelector('.upload').appendChild(document.createElement('ul'))
  list.className = 'files'
  const item = list.appendChild(document.createElement('li'))
  const name = item.appendChild(document.createElement('b'))
  name.textContent = file.name
  return item
}

const said = (item, words) => {
  const told = item.querySelector('[role]') ?? item.appendChild(document.createElement('span'))
  told.setAttribute('role', 'status')
  told.textContent = words
}

const refused = answer => new DOMParser().parseFromString(answer, 'text/html').querySelector('.wrong')?.textContent

const send = (file, item, kind) => {
  if (file.size > most) return said(item, form.dataset.large)
  const body = new FormData()
  body.append('csrf_token', form.elements.csrf_token.value)
  body.append('kind', kind)
  body.append('files', file)
  const bar = document.createElement('progress')
  bar.max = file.size
  bar.value = 0
  bar.setAttribute('aria-label', file.name)
  item.append(bar)
  said(item, form.dataset.upload)
  sending += 1
  const request = new XMLHttpRequest()
  request.upload.addEventListener('progress', event => { if (event.lengthComputable) [bar.max, bar.value] = [event.total, event.loaded] })
  request.addEventListener('loadend', () => {
    bar.remove()
    sending -= 1
    if (request.status === 200) {
      said(item, form.dataset.sent)
      item.dataset.done = ''
      if (!sending && !form.querySelector('.files li:not([data-done])')) location.replace(location.pathname)
      return
    }
    const why = refused(request.responseText)
    said(item, why ?? form.dataset.lost)
    if (why) return
    const again = item.appendChild(document.createElement('button'))
    again.type = 'button'
    again.textContent = form.dataset.again
    again.addEventListener('click', () => { again.remove(); send(file, item, kind) })
  })
  request.open('POST', form.action)
  request.send(body)
}

form.addEventListener('submit', event => {
  if (!input.files.length) return
  event.preventDefault()
  const kind = form.elements.kind.value
  for (const file of input.files) send(file, line(file), kind)
  input.value = ''
})
