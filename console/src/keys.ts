/** The keyboard: caught before the browser's own keys, silent while somebody types; it knows keys, not verbs. */

export interface Press { key: string; held: boolean }

const TYPING = new Set(['INPUT', 'TEXTAREA', 'SELECT'])
const ALWAYS = /^(F\d+|Escape)$/

export interface TargetLike { tagName?: string; isContentEditable?: boolean; type?: string }

/** True when letters belong to the field and not to us. */
export function isTyping(target: TargetLike | null): boolean {
  if (!target) return false
  return target.isContentEditable === true || (TYPING.has(target.tagName ?? '') && target.type !== 'button')
}

/** The name of a press in our own list, or null when it is not ours: a letter in upper case, `F1`, `Escape`, `?`. */
export function pressName(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'>, target: TargetLike | null,
): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  if (isTyping(target) && !ALWAYS.test(event.key)) return null
  return event.key.length === 1 ? event.key.toUpperCase() : event.key
}

export interface Bindings {
  /** Pressed: true when the key was used, so that the browser leaves it alone. */
  down(name: string, event: KeyboardEvent): boolean
  up?(name: string): void
}

export function listenKeys(bindings: Bindings): () => void {
  const onDown = (event: KeyboardEvent): void => {
    const name = pressName(event, event.target as TargetLike | null)
    if (name === null) return
    if (event.repeat ? /^F\d+$/.test(name) : bindings.down(name, event)) event.preventDefault()
  }
  const onUp = (event: KeyboardEvent): void => bindings.up?.(event.key.length === 1 ? event.key.toUpperCase() : event.key)
  addEventListener('keydown', onDown, { capture: true })
  addEventListener('keyup', onUp, { capture: true })
  return () => {
    removeEventListener('keydown', onDown, { capture: true })
    removeEventListener('keyup', onUp, { capture: true })
  }
}
