/** Which version of a district's template counts on a day, and what another one would do to contracts; pure. */
import type { Template } from '../api/rules'

export type Standing = 'current' | 'coming' | 'old'

/** The newest version that has begun. */
export const currentOf = (rows: readonly Template[], on: string): Template | null =>
  rows.filter((one) => one.from_on <= on).sort((a, b) => b.version - a.version)[0] ?? null

/** A version that has not begun yet and is newer than the current one will be current; an older one never will. */
export function standingOf(one: Template, rows: readonly Template[], on: string): Standing {
  const current = currentOf(rows, on)
  if (current === null || one.version > current.version) return 'coming'
  return one.id === current.id ? 'current' : 'old'
}

export interface Effect { redraw: number; again: number; stay: number }

/** Once the next version counts: drafts cannot be signed any more, signed ones do not open a bed, active beds go on. */
export const effectOf = (rows: readonly Template[]): Effect => ({
  redraw: rows.reduce((sum, one) => sum + one.drawn, 0), again: rows.reduce((sum, one) => sum + one.waiting, 0), stay: rows.reduce((sum, one) => sum + one.live, 0),
})
