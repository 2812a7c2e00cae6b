/** A press that counts only after it was held; one holder per name. */

export const HOLD_120_MS = 1_000
const held = new Map<string, ReturnType<typeof setTimeout>>()

export function holdStart(name: string, afterMs: number, done: () => void): void {
  if (held.has(name)) return
  held.set(name, setTimeout(() => { held.delete(name); done() }, afterMs))
}

export function holdStop(name: string): void {
  clearTimeout(held.get(name))
  held.delete(name)
}
