/** Dates and moments as the registers say them: near ones by how long ago, this year's without the year. */
import { t } from '../i18n'
import { date } from '../i18n/say'
import { clockHm, dateParts, dayStart, HOUR, MINUTE, ms } from '../state/time'

/** "刚刚", "9 分前", "14:32", "7月16日 周四", "2024-11-03". */
export function ago(moment: string | null | undefined, now: number): string {
  if (!moment) return t.value.reg.list.never
  const at = ms(moment)
  if (now - at < MINUTE) return t.value.reg.list.now
  if (now - at < HOUR) return t.value.words.agoMinutes(Math.floor((now - at) / MINUTE))
  if (at >= dayStart(now)) return clockHm(at)
  return dateParts(at).year === dateParts(now).year ? date(at) : ymd(moment)
}

/** A day without its time: of a moment, or a date as it is. */
export function ymd(moment: string | null | undefined): string {
  if (!moment) return ''
  if (/^\d{4}-\d\d-\d\d$/.test(moment)) return moment
  const parts = dateParts(ms(moment))
  return `${parts.year}-${String(parts.month).padStart(2, '0')}-${String(parts.day).padStart(2, '0')}`
}

/** Whole days from one day to another; a date counts from its local midnight. */
export function daysBetween(from: string, to: number): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(from) ? ms(`${from}T00:00:00+08:00`) : ms(from)
  return Math.floor((dayStart(to) - dayStart(at)) / (24 * HOUR))
}
