/** Which order comes first on a later day; pure. */
import type { OrderRow } from '../api/orders'

/** The earliest that still stands and lies after `day`; what rests with its bed or was served does not come. */
export const earliest = (rows: readonly OrderRow[], day: string): OrderRow | null =>
  rows.filter((one) => one.state === 'placed' && one.service_on > day).sort((a, b) => Date.parse(a.window[0]) - Date.parse(b.window[0]))[0] ?? null
