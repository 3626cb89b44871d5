// Runs inside a page of the site, beside axe: judges many screens one after the other without a new navigation each.
// Every function returns plain lists of faults, in words.
const judge = {
  options: {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    // The stricter contrast (7 : 1) holds the laxer one.
    rules: { 'color-contrast-enhanced': { enabled: true }, 'color-contrast': { enabled: false } },
    resultTypes: ['violations'],
    // Reading the style sheet anew for the one rule on locked orientation takes long: asked for where few are judged.
    preload: false,
  },

  // Fetches a screen and puts it into the page in place of the present one. A screen with styles of its own is refused.
  async enter(address) {
    const answer = await fetch(address, { headers: { Accept: 'text/html' } })
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const styles = page => [...page.querySelectorAll('link[rel~=stylesheet]')].map(link => link.getAttribute('href')).join()
    if (styles(next) !== styles(document)) return false
    for (const { name } of [...document.documentElement.attributes]) document.documentElement.removeAttribute(name)
    for (const { name, value } of next.documentElement.attributes) document.documentElement.setAttribute(name, value)
    for (const old of document.querySelectorAll('head > :not([rel~=stylesheet])')) old.remove()
    document.head.append(...next.querySelectorAll('head > :not([rel~=stylesheet], script, noscript)'))
    document.body.replaceWith(next.body)
    // What is folded is read too.
    for (const folded of document.querySelectorAll('details')) folded.open = true
    history.replaceState(null, '', address)
    scrollTo(0, 0)
    return true
  },

  async axe() {
    const found = await axe.run(document, judge.options)
    return found.violations.flatMap(rule => rule.nodes.slice(0, 3).map(node =>
      `${rule.id}: ${node.html.slice(0, 160)} ${[...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')}`))
  },

  name: element => `<${element.localName} ${element.getAttribute('class') ?? ''}> ${(element.innerText ?? element.textContent ?? '').trim().slice(0, 60)}`,

  targets: () => [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
    .filter(element => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.skip:not(:focus)')),

  // Where a finger may land: a choice is chosen by its label too.
  box(element) {
    const labels = /radio|checkbox/.test(element.type) ? [...element.labels] : []
    const boxes = [element, ...labels].map(part => part.getBoundingClientRect())
    return { width: Math.max(...boxes.map(box => box.width)), height: Math.max(...boxes.map(box => box.height)) }
  },

  // A link among other words of a sentence is as high as its line (WCAG 2.5.8 excepts it).
  isInSentence(element) {
    if (getComputedStyle(element).display !== 'inline') return false
    let block = element.parentElement
    while (getComputedStyle(block).display === 'inline') block = block.parentElement
    const rest = block.cloneNode(true)
    for (const link of rest.querySelectorAll('a, ul, ol, table')) link.remove()
    return /\p{L}{2}/u.test(rest.textContent)
  },

  // A place on a drawn map, small as it is drawn, leads where a link of a list beside it leads too (WCAG 2.5.8 excepts it).
  isDrawnAgain: element => element instanceof SVGElement && judge.targets()
    .some(other => other instanceof HTMLAnchorElement && other.getAttribute('href') === element.getAttribute('href') && judge.box(other).height >= 24),

  smallTargets: () => judge.targets().filter(element => !judge.isInSentence(element) && !judge.isDrawnAgain(element)).flatMap(element => {
    const { width, height } = judge.box(element)
    const least = element.matches('button, .button, .door, select, input, header a, footer a, [href^="tel:"]') ? 44 : 24
    // Half a pixel is rounding of rem.
    return height < least - 0.5 || width < 24 ? [`${Math.round(width)}x${Math.round(height)} ${judge.name(element)}`] : []
  }),

  sideways: () => document.documentElement.scrollWidth > innerWidth
    ? [`${document.documentElement.scrollWidth} px wide`] : [],

  // Text that its box cuts off. A field scrolls; what is only read aloud is one pixel large on purpose.
  cutOff: () => [...document.querySelectorAll('main *, header *, footer *')].filter(element => {
    const style = getComputedStyle(element)
    return /hidden|clip/.test(style.overflowX + style.overflowY) && !element.closest('.unseen, svg, input, select, textarea')
      && (element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1)
  }).map(judge.name),

  // What moves by itself or on a touch, for a reader who asked for stillness.
  motion: () => [...document.querySelectorAll('*')].flatMap(element => {
    const style = getComputedStyle(element)
    const moves = style.animationName !== 'none' || style.scrollBehavior === 'smooth'
      || style.transitionDuration.split(',').some(time => parseFloat(time) > 0)
    return moves ? [judge.name(element)] : []
  }),

  // Without its background a control must still have an edge, or it looks like a word.
  edgeless: () => [...document.querySelectorAll('button, .button')].filter(control => control.checkVisibility())
    .filter(control => parseFloat(getComputedStyle(control).borderTopWidth) < 1).map(judge.name),

  // The focused element, if a reader who uses the keyboard could not tell that it has the focus or does not see it.
  unseenFocus() {
    const element = document.activeElement
    const style = getComputedStyle(element)
    // The first line of a link that is broken over two.
    const [box] = element.getClientRects()
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    const middle = document.elementFromPoint(
      Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1))
    const covered = !middle || !(element.contains(middle) || middle.contains(element))
    const outside = box.bottom <= 0 || box.top >= innerHeight
    const faults = [!outlined && style.boxShadow === 'none' && 'no mark of focus', covered && 'covered', outside && 'outside']
    return faults.some(Boolean) ? `${judge.name(element)}: ${faults.filter(Boolean).join(', ')}` : null
  },

  async all(addresses) {
    const faults = {}
    for (const address of addresses) {
      if (!await judge.enter(address)) faults[address] = null
      else {
        faults[address] = {
          axe: await judge.axe(), targets: judge.smallTargets(), sideways: judge.sideways(),
          motion: judge.motion(), edgeless: judge.edgeless(),
        }
      }
    }
    return faults
  },
}
window.judge = judge
