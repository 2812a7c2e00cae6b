/** Which row of each list was opened last, so that coming back finds the eye and the keyboard where they were. */
import { nextTick } from 'vue'

const opened = new Map<string, string>()

export const noteOpened = (list: string, id: string | number): void => { opened.set(list, String(id)) }

/** Moves the focus to that row once, if the list shows it. */
export function focusOpened(list: string): void {
  const id = opened.get(list)
  if (id === undefined) return
  opened.delete(list)
  void nextTick(() => {
    const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)
    row?.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'center' })
  })
}
