/** Moves the eye and the keyboard to a panel's first row; it opens nothing itself. */
import { nextTick } from 'vue'

export type PanelName = 'queue' | 'map' | 'trouble' | 'timeline' | 'tray'
export const PANELS: readonly PanelName[] = ['queue', 'map', 'trouble', 'timeline', 'tray']

export function focusPanel(panel: PanelName, first = '[data-row], button'): void {
  void nextTick(() => {
    const home = document.querySelector<HTMLElement>(`[data-panel="${panel}"]`)
    const target = home?.querySelector<HTMLElement>(`.list ${first}, .rows ${first}`) ?? home
    target?.focus({ preventScroll: false })
    home?.scrollIntoView({ block: 'nearest' })
  })
}
