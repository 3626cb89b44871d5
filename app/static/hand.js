// The site in hand: send the address, copy a number, have the page read aloud. Every button is made here, so that
// nothing shows where the device cannot do it.
const place = document.querySelector('[data-share]')
const words = place.dataset
const { lang: language } = place.closest('[lang]')
const told = document.createElement('span')
told.setAttribute('role', 'status')
place.append(told)
place.hidden = false

if (navigator.share || navigator.clipboard) {
  // On a plan the first press says what the address holds, the second sends it.
  told.before(button(words.share, () => {
    if (words.warn && told.textContent !== words.warn) told.textContent = words.warn
    else send()
  }))
}
if (words.listen && 'speechSynthesis' in window) {
  // Many devices load their voices late.
  if (!findVoice()) speechSynthesis.onvoiceschanged = findVoice
}
for (const call of words.copy && navigator.clipboard ? document.querySelectorAll('.phones .call') : []) {
  const number = call.textContent
  const copy = button(words.copy, async () => {
    await navigator.clipboard.writeText(number)
    copy.textContent = words.copied
    told.textContent = `${words.copied} ${number}`
  })
  copy.setAttribute('aria-label', `${words.copy} ${number}`)
  const pair = document.createElement('div')
  call.before(pair)
  pair.append(call, ' ', copy)
}

function button(text, press) {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = text
  made.addEventListener('click', press)
  return made
}

async function send() {
  const { href } = location
  try {
    if (navigator.share) return await navigator.share({ title: document.title, url: href })
    await navigator.clipboard.writeText(href)
    told.textContent = words.copied
  } catch { /* The person closed the list of apps. */ }
}

// Only a voice that lives on the device: others send what they read to their maker.
function findVoice() {
  const voice = speechSynthesis.getVoices().find(({ lang, localService }) => localService && lang.startsWith(language))
  if (!voice) return false
  speechSynthesis.onvoiceschanged = null
  readAloud(voice)
  return true
}

// Block by block: long texts are cut off by some voices, and Android cannot pause one, only begin it again.
function readAloud(voice) {
  const left = 'nav, details, .sources, .words, .read, .tick, .hand, [hidden]'
  const blocks = [...document.querySelectorAll('main :is(h1, h2, h3, p, li, td, dt, dd)')]
    .filter(block => !block.closest(left) && !block.querySelector('p, li') && block.innerText.trim())
  let next = 0
  let isReading = false
  let said
  const start = button('', () => turn(!isReading))
  const stop = button(words.stop, () => {
    next = 0
    turn(false)
  })
  told.before(start, stop)
  turn(false)
  addEventListener('pagehide', () => turn(false))

  function turn(on) {
    isReading = on
    speechSynthesis.cancel()
    if (on) read()
    start.textContent = on ? words.pause : words.listen
    stop.hidden = !on && !next
  }
  function read() {
    const text = said = new SpeechSynthesisUtterance(blocks[next].innerText)
    text.voice = voice
    text.lang = voice.lang
    text.onend = () => {
      if (!isReading || text !== said) return
      next = (next + 1) % blocks.length
      next ? read() : turn(false)
    }
    text.onerror = () => { if (isReading && text === said) turn(false) }
    speechSynthesis.speak(text)
  }
}
