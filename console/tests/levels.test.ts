import { describe, expect, it } from 'vitest'
import { abilityLine, calledLine, levelLine, standingLine } from '../src/elders/levels'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'

describe('a level on the page of an elder', () => {
  it('is shown bare only while its result holds', () => {
    expect(abilityLine({ ability: 2, ability_was: null, ability_until_on: '2027-01-01' }, zh)).toBe('中度失能')
    expect(abilityLine({ ability: null, ability_was: 2, ability_until_on: '2025-11-16' }, zh)).toBe('中度失能，2025-11-16 已到期')
    expect(abilityLine({ ability: null, ability_was: null, ability_until_on: null }, zh)).toBe('没评估过')
    expect(abilityLine({ ability: null, ability_was: 2, ability_until_on: '2025-11-16' }, en)).toMatch(/, ran out 2025-11-16$/)
  })

  it('that is not known today is no word about earlier results', () => {
    expect([levelLine(0, zh), levelLine(null, zh)]).toEqual(['能力完好', '没有有效评估'])
  })

  it('says of a result that it holds, ran out, made way for a newer one, or is under way', () => {
    const one = { state: 'approved', level: 2, holds: true, assessed_on: '2024-11-17', valid_until_on: '2025-11-16', ended_on: null } as const
    expect(standingLine(one, zh)).toEqual({ text: '✓ 有效到 2025-11-16', tone: 'good' })
    expect(standingLine({ ...one, holds: false }, zh)).toEqual({ text: '▲ 2025-11-16 已到期', tone: 'odd' })
    expect(standingLine({ ...one, holds: false, ended_on: '2025-03-01' }, zh)).toEqual({ text: '2024-11-17 已复核', tone: '' })
    expect(standingLine({ ...one, state: 'draft', level: null, holds: false, assessed_on: null, valid_until_on: null }, zh)).toEqual({ text: '', tone: '' })
  })
})

describe('a level on the card of a call', () => {
  const elder = { id: 1, name: '陈**', sex: 'F', age: 84, care_level: 3, care_level_holds: true, care_level_until_on: '2026-03-01', lives_alone: true, dialect: null, notes: null } as const
  it('that ran out is told with its last day, never as if it held', () => {
    expect(calledLine(elder, zh)).toBe('重度失能')
    expect(calledLine({ ...elder, care_level_holds: false }, zh)).toBe('重度失能（等级已于 2026-03-01 过期）')
    expect(calledLine({ ...elder, care_level_holds: false }, en)).toMatch(/\(ran out 2026-03-01\)$/)
    expect(calledLine({ ...elder, care_level_holds: false, care_level_until_on: null }, zh)).toBe('重度失能（没有有效评估）')
    expect(calledLine({ ...elder, care_level: null, care_level_holds: false, care_level_until_on: null }, zh)).toBe('')
  })
})
