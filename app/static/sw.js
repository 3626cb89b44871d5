// Keeps plans on this phone, only for those who asked (see keep.js). Everything kept lies in caches, one for each plan,
// and each holds its own record. A page that is kept opens from the phone; everything else comes from the network.
const RECORD = '/kept.json'
const TICKS = '/ticks.json'
const ANY = { ignoreVary: true }
const AT_ONCE = 4
const PAUSE = 300_000
const filling = new Set()
let asked = 0
let refreshing

addEventListener('install', () => skipWaiting())
addEventListener('activate', event => event.waitUntil(clients.claim()))

addEventListener('message', event => {
  const { keep, quiet, refresh } = event.data
  if (keep) event.waitUntil(keepPlan(keep, quiet, told => event.ports[0].postMessage(told)))
  if (refresh) event.waitUntil(refreshAnew())
})

addEventListener('fetch', event => {
  const { request } = event
  const address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  address.hash = ''
  if (request.mode === 'navigate' && Date.now() - asked > PAUSE) event.waitUntil(refreshOnce())
  event.respondWith(answer(request, address))
})

async function answer(request, address) {
  const kept = await caches.match(address.href, ANY)
  if (kept) return kept
  if (request.mode !== 'navigate') return fetch(request)
  const plans = await records()
  try {
    const fresh = await fetch(request)
    const quiet = plans.find(plan => plan.quiet)
    return quiet && isPage(fresh) ? page(disguised(await fresh.text(), quiet.disguise), fresh) : fresh
  } catch {
    const language = address.pathname.split('/')[1]
    const plan = plans.find(each => each.language === language) ?? plans[0]
    return (plan && await caches.match(plan.offline, ANY)) ?? Response.error()
  }
}

// A cache is looked into by its name and never opened: opening would make it anew after it was removed.
async function records() {
  const found = []
  for (const name of await caches.keys()) {
    const record = await caches.match(RECORD, { cacheName: name })
    if (record) found.push({ name, ...await record.json() })
  }
  return found
}

async function keepPlan(list, quiet, tell) {
  try {
    const before = (await records()).find(plan => plan.list === list)
    const answer = await fetch(list, { cache: 'no-store' })
    if (!answer.ok || answer.redirected) throw new Error(list)
    await fill(await planIn(answer, { list, quiet }), before, tell)
    tell({ kept: true })
  } catch {
    tell({ kept: false })
  }
}

function refreshOnce() {
  refreshing ??= refreshAll().finally(() => { refreshing = undefined })
  return refreshing
}

// Asked for when the connection is back: what is under way may have begun before, and the first try often still fails.
async function refreshAnew() {
  await refreshing
  for (let tries = 0; tries < 4 && !await refreshOnce(); tries++) await new Promise(done => setTimeout(done, 2000))
}

// Returns whether every plan could be asked for. The list of a kept plan has the same tag until the edition, the site or the day is another one.
async function refreshAll() {
  let reached = true
  for (const plan of await records()) {
    try {
      const answer = await fetch(plan.list, { cache: 'no-store', headers: { 'If-None-Match': plan.tag } })
      asked = Date.now()
      if (!answer.ok || answer.redirected) continue
      const fresh = await planIn(answer, { list: plan.list, quiet: plan.quiet, updated: true })
      if (!await fill(fresh, plan)) continue
      for (const client of await clients.matchAll()) client.postMessage({ updated: fresh.words.refreshed })
    } catch {
      // No connection: what is kept stays as it is.
      reached = false
    }
  }
  return reached
}

async function planIn(answer, known) {
  return { ...await answer.json(), tag: answer.headers.get('ETag') ?? '', ...known }
}

// Fills a new cache and only then drops the old one, so that a lost connection costs nothing. If the old one is gone by
// then, the plan was removed meanwhile, and the new cache goes too. Returns whether the plan is kept.
async function fill(plan, before, tell = () => {}) {
  const name = `${Date.now()} ${plan.list}`
  filling.add(name)
  try {
    await dropRests()
    const cache = await caches.open(name)
    const files = new Set([plan.disguise.icon])
    let done = 0
    let size = 0
    const keepPage = async ({ address, kind }) => {
      const isSame = before?.edition === plan.edition && before.quiet === plan.quiet && kind !== 'plan'
      let body = isSame && await caches.match(address, { ...ANY, cacheName: before.name })
      if (!body) {
        const response = await fetch(address, { cache: 'no-store' })
        if (!response.ok || !isPage(response)) throw new Error(address)
        body = page(dressed(await response.text(), plan, kind), response)
      }
      const text = await body.clone().text()
      for (const [, file] of text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)) files.add(file)
      size += new Blob([text]).size
      await cache.put(address, body)
      tell({ done: ++done, of: plan.pages.length })
    }
    const waiting = [...plan.pages]
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (waiting.length) await keepPage(waiting.shift())
    }))
    for (const file of files) {
      const response = await fetch(file)
      if (!response.ok) throw new Error(file)
      size += (await response.clone().blob()).size
      await cache.put(file, response)
    }
    const ticks = before && await caches.match(TICKS, { cacheName: before.name })
    if (ticks) await cache.put(TICKS, ticks)
    await cache.put(RECORD, new Response(JSON.stringify({ ...plan, size })))
    const isKept = !before || await caches.delete(before.name)
    if (!isKept) await caches.delete(name)
    return isKept
  } catch (error) {
    await caches.delete(name)
    throw error
  } finally {
    filling.delete(name)
  }
}

// A cache without a record is the rest of a keeping that was cut short.
async function dropRests() {
  for (const name of await caches.keys()) {
    if (!filling.has(name) && !await caches.match(RECORD, { cacheName: name })) await caches.delete(name)
  }
}

function isPage(response) {
  return (response.headers.get('Content-Type') ?? '').startsWith('text/html')
}

function page(text, { headers: given, status }) {
  const headers = new Headers(given)
  headers.delete('Content-Encoding')
  headers.delete('Content-Length')
  return new Response(text, { headers, status })
}

// A kept copy says since when it is kept, and no longer whether a line answers right now.
function dressed(text, plan, kind) {
  if (kind !== 'own') {
    const note = plan.updated ? plan.words.updated : plan.words.kept
    text = text
      .replace(/ · <b class="state [^<]*<\/b>/g, '')
      .replace(/<main[^>]*>/, start => `${start}\n<p class="note" data-copy>${note}</p>`)
      .replace('</head>', () => `<script src="${plan.script}" type="module"></script>\n</head>`)
  }
  return plan.quiet ? disguised(text, plan.disguise) : text
}

function disguised(text, { name, icon, manifest }) {
  return text
    .replace(/<title>[^<]*/, () => `<title>${name}`)
    .replace(/\/static\/icon\.[^"]*\.svg/, () => icon)
    .replace(/(rel="manifest" href=")[^"]*/, (_, start) => start + manifest)
    .replace(/(class="brand"[^>]*>)[^]*?<\/a>/, (_, start) => `${start}${name}</a>`)
}
