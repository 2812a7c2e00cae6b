/** v-shown: brings what has just opened into sight inside its list, without moving anything already seen. */
import type { Directive } from 'vue'

export const vShown: Directive<HTMLElement> = {
  mounted: (element) => requestAnimationFrame(() => {
    const card = element.closest<HTMLElement>('.call')
    const list = card?.closest<HTMLElement>('.list')
    const fits = card && list && card.offsetHeight <= list.clientHeight
    const target = card ?? element
    target.scrollIntoView({ block: fits ? 'nearest' : 'start' })
  }),
}
