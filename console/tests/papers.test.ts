import { describe, expect, it } from 'vitest'
import type { Contract } from '../src/api/beds'
import { registers as en } from '../src/i18n/registers.en'
import { registers as zh } from '../src/i18n/registers.zh'
import { counted, leftTone, papersOf } from '../src/beds/papers'

const paper = (id: number, state: string, in_force: boolean, days_left: number): Contract => ({
  id, bed_id: 1, state, template_version: 1, guardian: null, signed_by: null, in_force, renewal_due: false, renews_id: null, days_left, prices: [],
  from_on: '2026-01-01', until_on: '2026-12-31', cooling_until_on: null, signed_at: null,
})
const ids = (papers: Contract[]): number[] => papers.map((one) => Number(one.id))

describe('the contract of a bed', () => {
  it('is the one in force, whatever was drawn up since', () => {
    const found = papersOf([paper(3, 'drawn', false, 27000), paper(2, 'signed', true, 200), paper(1, 'ended', false, -100)])
    expect([found.standing?.id, ids(found.coming), ids(found.older)]).toEqual([2, [3], [1]])
  })

  it('is the renewed one until its last day, while the next is to come', () => {
    const found = papersOf([paper(2, 'signed', false, 400), paper(1, 'renewed', true, 20)])
    expect([found.standing?.id, ids(found.coming), ids(found.older)]).toEqual([1, [2], []])
  })

  it('is renewed when it is time, once, whatever else was drawn up', () => {
    const ending = { ...paper(1, 'signed', true, 50), renewal_due: true }
    const other = paper(2, 'drawn', false, 400)
    expect([[ending], [other, ending], [{ ...other, renews_id: 1 }, ending], [paper(1, 'signed', true, 50)]].map((one) => papersOf(one).renews)).toEqual([true, true, false, false])
  })

  it('is else one signed that is to come, else the newest; none of those that are gone', () => {
    expect(papersOf([paper(2, 'drawn', false, 365), paper(1, 'signed', false, 400)]).standing?.id).toBe(1)
    expect(papersOf([paper(2, 'drawn', false, 365), paper(1, 'signed', false, -3)]).standing?.id).toBe(2)
    expect(papersOf([paper(2, 'withdrawn', false, 365), paper(1, 'renewed', false, -3)])).toMatchObject({ standing: null, coming: [] })
  })
})

describe('the days that a contract has left', () => {
  it('are counted for what was signed and while it binds, not for a draft or one that was left', () => {
    const papers = [paper(1, 'signed', true, 9), paper(2, 'renewed', true, 9), paper(3, 'signed', false, -9), paper(4, 'renewed', false, -9), paper(5, 'drawn', false, 300), paper(6, 'ended', false, 9)]
    expect(ids(papers.filter(counted))).toEqual([1, 2, 3])
  })

  it('are marked when it is to be renewed, harder when it is over, and said in both languages', () => {
    const left = [40, 12, 0, -1, -7].map((days) => ({ ...paper(1, 'signed', days >= 0, days), renewal_due: days < 30 }))
    expect(left.map(leftTone)).toEqual(['', 'odd', 'odd', 'bad', 'bad'])
    expect(left.map((one) => zh.bed.due(one.days_left))).toEqual(['还有 40 天到期', '还有 12 天到期', '今天到期', '已到期 1 天', '已到期 7 天'])
    expect([1, 0, -1, -7].map(en.bed.due)).toEqual(['ends in 1 day', 'ends today', 'ended 1 day ago', 'ended 7 days ago'])
  })
})
