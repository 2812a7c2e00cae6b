/** Which blocks of respite a bed's page shows: everything ahead, the next first, then the latest of the others; pure. */
import type { Respite } from '../api/beds'
import { ms } from '../state/time'

/** So many lines there are at least, when there are as many blocks. */
const SHOWN = 4

/** `today` is the town's date; a block of today is ahead until the day is over, so that it can be called off. */
export function shownBlocks(rows: readonly Respite[], today: string): Respite[] {
  const begin = today ? ms(`${today}T00:00:00+08:00`) : 0
  const ahead = rows.filter((one) => one.state === 'booked' && ms(one.to_at) > begin)
  const others = rows.filter((one) => !ahead.includes(one))
  const soonest = ahead.sort((a, b) => ms(a.from_at) - ms(b.from_at))
  const latest = others.sort((a, b) => ms(b.from_at) - ms(a.from_at))
  return [...soonest, ...latest.slice(0, Math.max(0, SHOWN - soonest.length))]
}
