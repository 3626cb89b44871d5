// On a kept copy, put there by sw.js: says when it was updated, and lets the steps of a plan be ticked off. What is
// ticked lies beside the plan in its cache, so that it is removed with it.
const TICKS = '/ticks.json'
const worker = navigator.serviceWorker
let kept

worker.addEventListener('message', ({ data }) => {
  const note = document.querySelector('[data-copy]')
  note.setAttribute('role', 'status')
  const again = document.createElement('a')
  again.href = ''
  again.textContent = data.updated
  note.replaceChildren(again)
})
addEventListener('online', () => worker.controller?.postMessage({ refresh: true }))

for (const name of await caches.keys()) {
  const record = await (await caches.match('/kept.json', { cacheName: name }))?.json()
  const here = location.pathname + location.search
  if (record?.pages.some(({ address, kind }) => kind === 'plan' && address === here)) kept = { ...record, name }
}
if (kept) {
  const found = await caches.match(TICKS, { cacheName: kept.name })
  const ticks = found ? await found.json() : {}
  for (const station of document.querySelectorAll('li.station[id]')) offer(station, ticks)
}

function offer(station, ticks) {
  const words = kept.words
  const field = document.createElement('p')
  const label = document.createElement('label')
  const state = document.createElement('select')
  const until = document.createElement('input')
  field.className = 'tick'
  state.id = `tick-${station.id}`
  label.htmlFor = state.id
  label.className = 'label'
  label.textContent = words.state
  state.append(...words.states.map((text, place) => new Option(text, place)))
  until.type = 'date'
  until.setAttribute('aria-label', words.states[2])
  const { state: known = 0, until: day = '' } = ticks[station.id] ?? {}
  state.value = known
  until.value = day
  until.hidden = known !== 2
  field.append(label, ' ', state, ' ', until)
  station.querySelector('h3').after(field)
  field.addEventListener('change', () => {
    until.hidden = state.value !== '2'
    ticks[station.id] = { state: Number(state.value), until: until.value }
    remember(ticks)
  })
}

// The plan may have been refreshed or removed since the page was opened; a removed one must not come back.
async function remember(ticks) {
  for (const name of await caches.keys()) {
    const record = await (await caches.match('/kept.json', { cacheName: name }))?.json()
    if (record?.list === kept.list) {
      await (await caches.open(name)).put(TICKS, new Response(JSON.stringify(ticks)))
    }
  }
}
