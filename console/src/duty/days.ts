/** A roster laid out day by day: who stands where in each day's 24 hours, and the minutes that nobody does; pure. */
import type { Duty } from '../api/duty'
import type { Cover } from '../api/waiting'
import { HOUR, MINUTE, ms } from '../state/time'

export type Span = readonly [from: number, to: number]
/** A stretch of one day; `left` and `width` are shares of its 24 hours. */
export interface Piece { from: number; to: number; left: number; width: number }
export interface Block extends Piece { duty: Duty }
export interface Day { start: number; lanes: Block[][]; gaps: Piece[]; missing_min: number }

const DAY = 24 * HOUR
export const DAYS = 14

export const spanOf = (duty: Duty): Span => [ms(duty.from_at), ms(duty.to_at)]

/** What no span covers from `begin` up to `end`. */
export function uncovered(spans: readonly Span[], begin: number, end: number): Span[] {
  const gaps: Span[] = []
  let reached = begin
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (from >= end) break
    if (from > reached) gaps.push([reached, from])
    reached = Math.max(reached, to)
  }
  if (reached < end) gaps.push([reached, end])
  return gaps
}

/** The gaps that the service told (it knows whose account is closed), and after the last of those it cut off, the roster's. */
export function gapsOf(told: Cover, spans: readonly Span[], end: number): Span[] {
  const first = told.gaps.map((gap): Span => [ms(gap.from_at), ms(gap.to_at)])
  const last = first.at(-1)
  return last && told.gap_count > first.length ? [...first, ...uncovered(spans, last[1], end)] : first
}

/** Whole minutes, each begun one counted: a gap of seconds is a gap. */
export const minutesOf = ([from, to]: Span): number => Math.ceil((to - from) / MINUTE)

/** The part of a span that lies in the day, or null. */
export function pieceOf([from, to]: Span, start: number): Piece | null {
  const [a, b] = [Math.max(from, start), Math.min(to, start + DAY)]
  return a < b ? { from: a, to: b, left: (a - start) / DAY, width: (b - a) / DAY } : null
}

/** Into as few lanes as hold blocks that overlap; one station after the other, so that a lane means one place. */
function lanesOf(blocks: readonly Block[]): Block[][] {
  const lanes: Block[][] = []
  const places = [...new Set(blocks.map((one) => one.duty.station_id))]
  for (const place of places) {
    const mine: Block[][] = []
    for (const block of blocks.filter((one) => one.duty.station_id === place).sort((a, b) => a.from - b.from)) {
      const free = mine.find((lane) => (lane.at(-1)?.to ?? 0) <= block.from)
      if (free) free.push(block)
      else mine.push([block])
    }
    lanes.push(...mine)
  }
  return lanes
}

/** `gaps` may be the service's own; fourteen days from now end within a fifteenth. */
export function daysOf(duties: readonly Duty[], gaps: readonly Span[], first: number, days = DAYS + 1): Day[] {
  const inOrder = [...duties].sort((a, b) => String(a.station_id ?? '').localeCompare(String(b.station_id ?? ''), 'en', { numeric: true }))
  return Array.from({ length: days }, (_, n) => {
    const start = first + n * DAY
    const blocks = inOrder.flatMap((duty) => {
      const piece = pieceOf(spanOf(duty), start)
      return piece ? [{ ...piece, duty }] : []
    })
    const open = gaps.flatMap((gap) => pieceOf(gap, start) ?? [])
    return { start, lanes: lanesOf(blocks), gaps: open, missing_min: open.reduce((sum, one) => sum + minutesOf([one.from, one.to]), 0) }
  })
}

/** A moment for a form's field in the town's zone, and back. */
export const fieldOf = (at: number): string => new Date(at + 8 * HOUR).toISOString().slice(0, 16)
export const momentOf = (field: string): string => `${field}:00+08:00`
export const nextDay = (field: string, days: number): string => fieldOf(ms(momentOf(field)) + days * DAY)
