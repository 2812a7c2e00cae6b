import { describe, expect, it } from 'vitest'
import { fenOf, yuan } from '../src/registers/money'

describe('money', () => {
  it('is whole fen, shown as yuan with two places', () => {
    expect([yuan(0), yuan(5), yuan(123450), yuan(-1800)]).toEqual(['¥0.00', '¥0.05', '¥1,234.50', '¥-18.00'])
  })

  it('is read from what was typed without a rounding error, or not at all', () => {
    expect([fenOf('180'), fenOf(' 19.9 '), fenOf('1.15'), fenOf('4.35')]).toEqual([18000, 1990, 115, 435])
    expect([fenOf(''), fenOf('1.234'), fenOf('-3'), fenOf('一百'), fenOf('1e3')]).toEqual([null, null, null, null, null])
  })
})
