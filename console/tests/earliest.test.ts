import { describe, expect, it } from 'vitest'
import type { OrderRow } from '../src/api/orders'
import { earliest } from '../src/elders/earliest'

const order = (id: number, day: string, clock: string, state = 'placed'): OrderRow => ({ id, item_code: 'bath', service_on: day, window: [`${day}T${clock}:00+08:00`, `${day}T${clock}:00+08:00`], state })

describe('the next order of an elder', () => {
  it('is the earliest that stands on a later day, whatever the order of the list', () => {
    const rows = [order(1, '2026-03-05', '09:00'), order(2, '2026-03-03', '14:00'), order(3, '2026-03-03', '08:00', 'cancelled'), order(4, '2026-03-02', '10:00'), order(5, '2026-03-03', '10:00', 'paused')]
    expect(earliest(rows, '2026-03-02')?.id).toBe(2)
    expect(earliest(rows, '2026-03-05')).toBeNull()
  })
})
