/** The timeline's geometry: which hours, which rows, where on the line; pure numbers, no page. */
import type { Row } from './day'
import { dayStart, HOUR, MINUTE } from './time'

export const ROW_PX = 36
export type Scale = 'h4' | 'h10' | 'day'
export interface SpanMs { from: number; to: number }

const BEFORE: Record<Scale, number> = { h4: 1, h10: 6.5, day: 0 }
const DAY_FROM_H = 6
const DAY_TO_H = 22

/** The hours shown for a scale: whole hours, inside the day; ten hours stay 8-18 while now is well inside them. */
export function spanOf(scale: Scale, now: number): SpanMs {
  const day = dayStart(now)
  const hour = (now - day) / HOUR
  if (scale === 'day') {
    const from = hour < DAY_FROM_H ? 0 : DAY_FROM_H
    return { from: day + from * HOUR, to: day + (hour >= DAY_TO_H ? 24 : DAY_TO_H) * HOUR }
  }
  const length = scale === 'h4' ? 4 : 10
  const wanted = scale === 'h10' && hour >= 8 && hour <= 16.5 ? 8 : Math.floor(hour - BEFORE[scale])
  const from = Math.max(0, Math.min(24 - length, wanted))
  return { from: day + from * HOUR, to: day + (from + length) * HOUR }
}

export const xOf = (span: SpanMs, at: number): number => (at - span.from) / (span.to - span.from)

/** Hour labels, left out within 35 px of the now label; every second hour when they would touch. */
export function hourMarks(span: SpanMs, now: number, widthPx: number): { at: number; x: number }[] {
  const hours = (span.to - span.from) / HOUR
  const step = widthPx / hours < 44 ? 2 : 1
  const marks: { at: number; x: number }[] = []
  for (let at = span.from + HOUR; at < span.to; at += step * HOUR) {
    if (Math.abs(xOf(span, at) - xOf(span, now)) * widthPx >= 48) marks.push({ at, x: xOf(span, at) })
  }
  return marks
}

export function visibleRows(count: number, scrollTop: number, height: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrollTop / ROW_PX) - 2)
  return { from, to: Math.min(count, Math.ceil((scrollTop + Math.max(height, ROW_PX)) / ROW_PX) + 2) }
}

export interface Join { key: string; row: number; rows: number; at: number }

/** Two-person visits in neighbouring drawn rows: one bar where both start. */
export function joinsBetween(rows: readonly Row[]): Join[] {
  const joins: Join[] = []
  for (let n = 0; n + 1 < rows.length; n += 1) {
    for (const block of rows[n]?.blocks ?? []) {
      if (!block.two || !block.visit || block.look === 'missed') continue
      const twin = rows[n + 1]?.blocks.find((other) => other.visit?.id === block.visit?.id)
      if (twin && Math.abs(twin.from - block.from) < MINUTE * 2) joins.push({ key: block.key, row: n, rows: 1, at: block.from })
    }
  }
  return joins
}

/** Drops what does not fit: the family mark under 26 minutes, all but the surname under 35, at ten hours' width. */
export function labelFor(minutes: number, name: string, spanMs: number): { mark: boolean; text: string } {
  const felt = (minutes * 10 * HOUR) / spanMs
  return { mark: felt > 26, text: felt < 16 ? '' : felt < 35 ? name.slice(0, 1) : name }
}
