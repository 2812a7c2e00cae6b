import { describe, expect, it } from 'vitest'
import type { ElderCard } from '../src/api/elders'
import { changeOf, draftOf } from '../src/elders/change'

const card = {
  id: 7, name: '陈**', version: 3, dialect: '烟台话', notes: null, lives_alone: true, left_on: null, left_why: null, phone: '138****2207', has_conditions: true,
  home: { id: 1, address: '试验路 2 号', floor: 5, lift: false, access_note: null, access_min: 1, has_gate_code: true, key_holder: '女**', lon: 121.445, lat: 37.511, datum: 'wgs84' },
} as unknown as ElderCard

describe('a correction', () => {
  const before = draftOf(card, null)

  it('is nothing when nothing was typed', () => {
    expect(changeOf(card, before, { ...before })).toBeNull()
  })

  it('holds only what was typed, with the version that was seen', () => {
    expect(changeOf(card, before, { ...before, notes: '听不清', floor: '6', lift: true })).toEqual({ version: 3, notes: '听不清', home: { floor: 6, lift: true } })
  })

  it('empties what stood open, and leaves what is sealed alone', () => {
    expect(changeOf(card, before, { ...before, dialect: ' ', phone: '', gate_code: '' })).toEqual({ version: 3, dialect: null })
    expect(changeOf(card, before, { ...before, phone: '13800001111' })).toEqual({ version: 3, phone: '13800001111' })
  })

  it('leaves a figure that reads as none to the service', () => {
    expect(changeOf(card, before, { ...before, floor: '五' })).toEqual({ version: 3, home: { floor: '五' } })
  })

  it('moves the point of a home whole, or not at all', () => {
    expect([before.lon, before.lat]).toEqual(['121.445000', '37.511000'])
    expect(changeOf(card, before, { ...before, lon: '121.4461' })).toEqual({ version: 3, home: { lon: 121.4461, lat: 37.511, datum: 'wgs84' } })
    const shifted = { ...card, home: { ...card.home, datum: 'gcj02' } } as ElderCard
    const there = draftOf(shifted, null)
    expect(there.lon).not.toBe(before.lon)
    expect(changeOf(shifted, there, { ...there })).toBeNull()
  })

  it('never sends a name that was only masked', () => {
    expect(before.name).toBe('')
    expect(draftOf(card, { name: '陈桂兰' }).name).toBe('陈桂兰')
  })
})
