import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { Device, ModelHealth } from '../src/api/fleet'
import { codeParts, fittable, modelsOf, nextNumber, triedOf } from '../src/fleet/stock'
import { createTicks } from '../src/registers/ticks'

const model = (name: string, change: Partial<ModelHealth>): ModelHealth => ({ model: name, total: 0, never_tested: 0, test_due: 0, offline: 0, low_battery: 0, in_stock: 0, messages: 0, first_attempt: null, ...change })
const device = (id: string, in_stock = false): Device => ({
  id, household_id: in_stock ? null : 1, elder_id: in_stock ? null : 7, model: 'bedside 1', online: !in_stock, battery: null, signal: null, worn: null, firmware: null, seen_at: null, installed_at: null, tested_at: null, address: null, station_id: 3, in_stock,
})

describe('the next number of a box', () => {
  it('counts on and keeps its places', () => {
    expect(['T-0009', '99', '860000000000001', 'B7-08 '].map(nextNumber)).toEqual(['T-0010', '100', '860000000000002', 'B7-09'])
  })

  it('is left to whoever types where no digit ends it', () => {
    expect(['', 'bedside', 'T-1a'].map(nextNumber)).toEqual(['', '', ''])
  })
})

describe('the fleet in figures', () => {
  it('does not ask a test of what lies in stock', () => {
    expect(triedOf([model('a', { total: 10, in_stock: 4, never_tested: 1, test_due: 2 }), model('b', { total: 5, in_stock: 5 })])).toEqual({ tried: 3, total: 6 })
    expect(triedOf([])).toEqual({ tried: 0, total: 0 })
  })

  it('offers the commonest model first', () => {
    expect(modelsOf([model('few', { total: 2 }), model('many', { total: 9 })])).toEqual(['many', 'few'])
  })
})

describe('a claim code', () => {
  it('is read in fours, whole', () => {
    expect(codeParts('0123456789abcdef01')).toEqual(['0123', '4567', '89ab', 'cdef', '01'])
  })
})

describe('terminals to fit', () => {
  it('are those of the home, then of the stock, without those that stand for a device already', () => {
    expect(fittable([device('H-1'), device('H-2')], [device('S-1', true), device('H-1')], ['H-2', null]).map((one) => one.id)).toEqual(['H-1', 'S-1'])
  })
})

describe('ticks of a list', () => {
  const rows = ref([1, 2, 3, 4].map((id) => ({ id, may: id !== 3 })))
  const ticks = createTicks(rows, (row) => row.may, 2)
  const ids = (): number[] => ticks.chosen.value.map((row) => row.id)

  it('hold at most so many, and only rows that may', () => {
    ticks.all()
    expect([ids(), ticks.full.value, ticks.open.value.length]).toEqual([[1, 2], true, 3])
    ticks.set(rows.value[3]!, true)
    expect(ids()).toEqual([1, 2])
    ticks.set(rows.value[0]!, false)
    ticks.set(rows.value[3]!, true)
    expect(ids()).toEqual([2, 4])
  })

  it('forget a row that the list shows no more', () => {
    rows.value = rows.value.filter((row) => row.id !== 4)
    expect([ids(), ticks.full.value]).toEqual([[2], false])
    ticks.none()
    expect(ids()).toEqual([])
  })
})
