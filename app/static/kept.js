// What is kept on this phone, and its removal: nothing is left then. Also lists the kept plans on the offline page.
const place = document.querySelector('[data-list]')
const remove = document.querySelector('[data-remove]')
const told = document.querySelector('[role=status]')
const words = place.dataset

show()
remove?.addEventListener('click', removeAll)

async function show() {
  const names = 'caches' in window ? await caches.keys() : []
  const records = await Promise.all(names.map(name => caches.match('/kept.json', { cacheName: name })))
  const plans = await Promise.all(records.filter(Boolean).map(record => record.json()))
  place.replaceChildren(...plans.map(row))
  if (!remove) return
  document.querySelector('[data-without]').hidden = true
  remove.hidden = !names.length && !(await workers()).length
  if (remove.hidden) told.textContent ||= words.nothing
}

function workers() {
  return navigator.serviceWorker?.getRegistrations() ?? []
}

function row(plan) {
  const item = document.createElement('li')
  item.append(link(plan.address, plan.title))
  if (words.pages) {
    const size = (plan.size / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })
    const note = document.createElement('p')
    note.textContent = `${plan.since}. ${words.size.replace('{}', size)}`
    const pages = document.createElement('ul')
    pages.append(...plan.pages.filter(({ title }) => title).map(({ address, title }) => {
      const line = document.createElement('li')
      line.append(link(address, title))
      return line
    }))
    const all = document.createElement('details')
    const summary = document.createElement('summary')
    summary.textContent = words.pages.replace('{}', pages.children.length)
    all.append(summary, pages)
    item.append(note, all)
  }
  return item
}

function link(address, text) {
  const made = document.createElement('a')
  made.href = address
  made.textContent = text
  return made
}

async function removeAll() {
  remove.disabled = true
  try {
    localStorage.clear()
    sessionStorage.clear()
  } catch { /* Storage is switched off: nothing is in it. */ }
  for (const base of await indexedDB.databases?.().catch(() => []) ?? []) indexedDB.deleteDatabase(base.name)
  for (const worker of await workers()) await worker.unregister()
  // A refresh may be going on: it is over when no cache comes back.
  for (let names = await caches.keys(); names.length; names = await caches.keys()) {
    await Promise.all(names.map(name => caches.delete(name)))
  }
  await show()
  told.textContent = words.removed
  told.tabIndex = -1
  told.focus()
  // What the browser itself remembers of the pages read goes as well, if the site can be reached.
  fetch('/forget', { method: 'POST' }).catch(() => {})
}
