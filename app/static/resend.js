// A lost connection never loses an answer: the form stays as it is, says so, and is sent when the connection is back.
const form = document.querySelector('[data-lost]')
let alarm

form.addEventListener('submit', event => {
  if (navigator.onLine) return
  event.preventDefault()
  const again = document.createElement('button')
  again.textContent = form.dataset.again
  const text = document.createElement('p')
  text.textContent = form.dataset.lost
  // Made anew each time, so that it is read out each time; whoever pressed its button keeps the focus on it.
  const isPressedAgain = alarm?.contains(document.activeElement)
  alarm?.remove()
  alarm = document.createElement('div')
  alarm.className = 'note'
  alarm.setAttribute('role', 'alert')
  alarm.append(text, again)
  form.querySelector('.act').after(alarm)
  alarm.scrollIntoView({ block: 'center' })
  if (isPressedAgain) again.focus()
})
addEventListener('online', () => { if (alarm) form.submit() })
