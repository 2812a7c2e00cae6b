/** The tab's title leads with the count and the running clock, and its icon turns red while a call waits. */
import { watchEffect, type Ref } from 'vue'
import { t } from '../i18n'
import { kindOf } from '../i18n/say'
import { ms, running } from '../state/time'
import type { PlaceName } from '../places/route'
import type { Desk } from './desk'

export function useTitle(desk: Desk, place: Readonly<Ref<PlaceName>>): void {
  const icon = document.querySelector<HTMLLinkElement>('#icon')
  watchEffect(() => {
    const waiting = desk.queue.value.waiting
    const first = waiting[0]
    const at = place.value === 'desk' ? t.value.app.title : `${t.value.reg.places[place.value]} · ${t.value.app.name}`
    document.title = first
      ? `${t.value.app.waitingTitle(waiting.length, running(desk.store.now.value - ms(first.opened_at)), kindOf(first))} · ${at}`
      : at
    const href = first ? '/favicon-alarm.svg' : '/favicon.svg'
    if (icon && icon.getAttribute('href') !== href) icon.setAttribute('href', href)
  })
}
