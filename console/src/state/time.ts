/** Moments, clocks and their words in Asia/Shanghai; it reads no clock itself. */

const ZONE_MS = 8 * 3_600_000 // China keeps one zone and no summer time
export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000

const two = (n: number): string => String(n).padStart(2, '0')
const local = (ms: number): Date => new Date(ms + ZONE_MS)

export const ms = (moment: string): number => Date.parse(moment)
export const msOr = (moment: string | null | undefined): number | null => (moment ? Date.parse(moment) : null)

export const clockHm = (at: number): string => `${two(local(at).getUTCHours())}:${two(local(at).getUTCMinutes())}`
export const clockHms = (at: number): string => `${clockHm(at)}:${two(local(at).getUTCSeconds())}`
export const clockMs = (at: number): string => `${two(local(at).getUTCMinutes())}:${two(local(at).getUTCSeconds())}`
export const localHour = (at: number): number => local(at).getUTCHours()

/** Midnight of the local day that holds `at`, in ms since 1970. */
export const dayStart = (at: number): number => Math.floor((at + ZONE_MS) / (24 * HOUR)) * 24 * HOUR - ZONE_MS
/** From when to when, each `day` said once; what ends at midnight ends at 24:00 of the day before. */
export function fromTo(from: number, to: number, day: (at: number) => string): string {
  const last = to > from ? to - 1 : to
  const until = dayStart(to) === to ? '24:00' : clockHm(to)
  return `${day(from)} ${clockHm(from)}–${dayStart(from) === dayStart(last) ? '' : `${day(last)} `}${until}`
}

/** The local date as `2026-07-16`. */
export const localDate = (at: number): string => local(at).toISOString().slice(0, 10)

export interface DateParts { year: number; month: number; day: number; weekday: number }
export const dateParts = (at: number): DateParts => {
  const day = local(at)
  return { year: day.getUTCFullYear(), month: day.getUTCMonth() + 1, day: day.getUTCDate(), weekday: day.getUTCDay() }
}

/** A running clock: 0:42, 10:27, 1:02:07; never below zero. */
export function running(elapsedMs: number): string {
  const s = Math.max(0, Math.floor(elapsedMs / SECOND))
  const hours = Math.floor(s / 3600)
  const minutes = Math.floor((s % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`
}

/** Where the plan's world stands: `clock.at` was read at `readMs`; paused or faster than the wall. */
export function planNow(clock: { speed: number; paused: boolean; at: string }, readMs: number, nowMs: number): number {
  const at = Date.parse(clock.at)
  return clock.paused ? at : at + Math.max(0, nowMs - readMs) * clock.speed
}

/** Night from 18:00 to 06:00, the shift's own hours. */
export const isNightShift = (at: number): boolean => localHour(at) >= 18 || localHour(at) < 6

/** The shift's name for "once per shift" questions: its date and half. */
export const shiftId = (at: number): string => `${localDate(at - 6 * HOUR)}-${isNightShift(at) ? 'night' : 'day'}`
export const shiftEndsAt = (at: number): number => {
  const six = dayStart(at) + 6 * HOUR
  return at < six ? six : at < six + 12 * HOUR ? six + 12 * HOUR : six + 24 * HOUR
}
