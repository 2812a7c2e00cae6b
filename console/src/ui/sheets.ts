/** The sheets that are open, the last one on top: Esc closes that one, whichever page it belongs to. */

const open: (() => void)[] = []

export function sheetOpened(close: () => void): () => void {
  open.push(close)
  return () => { const at = open.indexOf(close); if (at >= 0) open.splice(at, 1) }
}

export const anySheet = (): boolean => open.length > 0

/** True when there was one to close. */
export function closeTopSheet(): boolean {
  const close = open.at(-1)
  close?.()
  return close !== undefined
}
