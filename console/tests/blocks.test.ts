import { describe, expect, it } from 'vitest'
import type { Respite } from '../src/api/beds'
import { shownBlocks } from '../src/beds/blocks'

const block = (id: number, day: string, state = 'booked'): Respite => ({ id, contact_id: 1, kind: 'day', from_at: `${day}T09:00:00+08:00`, to_at: `${day}T12:00:00+08:00`, price_fen: 4500, state, note: null })
const ids = (rows: Respite[]): number[] => rows.map((one) => Number(one.id))

describe('blocks of respite on a bed’s page', () => {
  it('are all that lie ahead, the next first, however many and in whatever order they were booked', () => {
    const rows = [block(1, '2026-12-20'), block(2, '2026-11-28'), block(3, '2026-12-01'), block(4, '2026-12-02'), block(5, '2026-12-03'), block(6, '2026-11-01')]
    expect(ids(shownBlocks(rows, '2026-11-28'))).toEqual([2, 3, 4, 5, 1])
  })

  it('then the latest of what is over or called off, up to four lines', () => {
    const rows = [block(1, '2026-10-01'), block(2, '2026-11-01'), block(3, '2026-11-20', 'cancelled'), block(4, '2026-12-02'), block(5, '2026-09-01')]
    expect(ids(shownBlocks(rows, '2026-11-28'))).toEqual([4, 3, 2, 1])
    expect(shownBlocks([], '')).toEqual([])
  })
})
