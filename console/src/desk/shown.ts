/** v-shown: brings what has just opened into sight inside its list, without moving anything already seen. */
import type { Directive } from 'vue'

export const vShown: Directive<HTMLElement> = {
  mounted: (element) => requestAnimationFrame(() => element.scrollIntoView({ block: 'nearest' })),
}
