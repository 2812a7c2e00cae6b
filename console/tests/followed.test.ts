import { describe, expect, it } from 'vitest'
import { followedOf } from '../src/elders/followed'
import { registers } from '../src/i18n/registers.zh'

const said = (came: Parameters<typeof followedOf>[0]): string => followedOf(came, registers.elder)

describe('what followed from a change', () => {
  it('is told of who left, also when there was nothing to cancel', () => {
    expect(said({ orders_cancelled: 2, visits_cancelled: 3 })).toContain('2 个订单、3 次上门')
    expect(said({ orders_cancelled: 0, visits_cancelled: 0 })).toContain('0 个订单')
  })

  it('says to who is back what stays cancelled, and of a move how many visits go along', () => {
    expect(said({ orders_stay_cancelled: 4 })).toContain('4 个已取消，不会自动恢复')
    expect(said({ visits_moved: 5 })).toContain('5 次上门改到新住处')
  })

  it('is nothing for any other change', () => {
    expect([said({}), said({ orders_stay_cancelled: 0 }), said({ visits_moved: 0 })]).toEqual(['', '', ''])
  })
})
