import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import type { Condition, PolicyValue, Template } from '../src/api/rules'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'
import { lackingOf, needOf, type Need } from '../src/rules/needs'
import { KINDS, shapeOf } from '../src/rules/shapes'
import { currentOf, effectOf, standingOf } from '../src/rules/templates'
import { conditionLine, differences, fieldLines, type Words } from '../src/rules/words'

const wordsOf = (c: typeof zh): Words => ({ rules: c.rules, category: c.reg.category, device: c.reg.deviceKind, level: (n) => c.words.careLevel(n), name: (name) => name, list: c.words.list })
const w = wordsOf(zh)

describe('a condition in words', () => {
  const poor: Condition = { any: [{ category: 'destitute' }, { category: 'low_income' }] }
  it('brackets what belongs together, and nothing else', () => {
    expect(conditionLine(poor, w)).toBe('特困 或 低保')
    expect(conditionLine({ all: [{ fact: 'ability', least: 3 }, poor] }, w)).toBe('重度失能或更重，且（特困 或 低保）')
    expect(conditionLine({ all: [{ fact: 'ability', least: 2 }, { not: { fact: 'ability', least: 3 } }] }, wordsOf(en as typeof zh))).toMatch(/ and not /)
  })

  it('shows a group that nobody has written down as its code', () => {
    expect(conditionLine({ category: 'something_new' }, w)).toBe('something_new')
  })
})

describe('a change of a policy', () => {
  const before = { preconditions: [], tiers: [{ name: '特困', when: { category: 'destitute' } }, { name: '低保', when: { category: 'low_income' } }], first_among_equals: [], order: [{ by: 'age', first: 'most' }] }
  it('tells what goes and what comes, field by field', () => {
    const after = { ...before, tiers: [...before.tiers.slice(0, 1), { name: '低保', when: { fact: 'age', least: 80 } }] }
    expect(differences('bed.waiting', before, after, w)).toEqual([{ key: 'tiers', gone: ['低保：低保'], come: ['低保：80 岁以上'] }])
    expect(differences('bed.waiting', before, before, w)).toEqual([])
  })

  it('counts an order that was turned round as a change', () => {
    const [one] = differences('bed.waiting', before, { ...before, tiers: [...before.tiers].reverse() }, w)
    expect([one?.gone[0], one?.come[0]]).toEqual(['特困：特困 › 低保：低保', '低保：低保 › 特困：特困'])
  })

  it('says money in yuan and figures with their unit', () => {
    expect(fieldLines({ key: 'grant_cap_fen', as: 'number', unit: 'money', least: 0, most: 1 }, { grant_cap_fen: 300_000 }, w)).toEqual(['¥3,000.00'])
    expect(differences('bed.contract', { cooling_off_days: 7 }, { cooling_off_days: 10 }, w)).toEqual([{ key: 'cooling_off_days', gone: ['7 天'], come: ['10 天'] }])
  })
})

describe('kinds of policy', () => {
  const kinds = readFileSync(new URL('../../service/policies/kinds.py', import.meta.url), 'utf8')
  it('of the service each have their form, name and effect in both languages', () => {
    const known = [...kinds.matchAll(/^ {4}"([a-z.]+)": Kind\(/gm)].map((one) => one[1] ?? '')
    expect([...known].sort()).toEqual([...KINDS].sort())
    for (const kind of known) for (const c of [zh, en]) {
      expect([c.rules.kind[kind], c.rules.effect[kind]].every(Boolean)).toBe(true)
      expect(shapeOf(kind).filter((field) => !c.rules.field[field.key])).toEqual([])
    }
  })
})

describe('what a policy needs at the least', () => {
  const needs = (kind: string, value: PolicyValue): (Need | null)[] => shapeOf(kind).map((field) => needOf(field, value))
  it('is said before it is sent: design apart from acceptance, a call device that must be', () => {
    const works = (separate: string[][]): PolicyValue => ({ grant_cap_fen: 300_000, separate })
    expect(needs('bed.works', works([]))).toEqual([null, 'apart'])
    expect(needs('bed.works', works([['serve', 'accept']]))).toEqual([null, 'apart'])
    expect(needs('bed.works', works([['accept', 'design']]))).toEqual([null, null])
    expect(needs('bed.devices', { devices: [{ kind: 'call', mandatory: false }, { kind: 'smoke', mandatory: true }] })).toEqual(['caller'])
    expect([lackingOf('bed.devices', { devices: [] }), lackingOf('bed.devices', { devices: [{ kind: 'call', mandatory: true }] })]).toEqual([1, 0])
  })

  it('of named rules: a name each, and a code that the service takes', () => {
    const rule = { name: '低保', when: { category: 'low_income' }, code: 'home_care', gives: 'home_care' }
    expect(needs('entitlements', { rules: [rule, { ...rule, name: ' ' }] })).toEqual(['named'])
    expect(needs('entitlements', { rules: [rule, { ...rule, code: 'Care 1' }] })).toEqual(['coded'])
    expect(lackingOf('entitlements', { rules: [rule] })).toBe(0)
  })

  it('is nothing that the service asks beyond: what it comes with needs nothing, and each need has its words', () => {
    expect(lackingOf('bed.contract', { cooling_off_days: 7, remind_days: 30, longest_months: 36 })).toBe(0)
    for (const c of [zh, en]) expect(['apart', 'caller', 'named', 'coded'].filter((need) => !c.rules.needs[need])).toEqual([])
  })
})

describe('versions of a template', () => {
  const version = (n: number, from_on: string, more: Partial<Template> = {}): Template => ({ id: n, area_code: '370613000000', version: n, title: '', body: '', from_on, made_at: '', made_by: null, drawn: 0, waiting: 0, live: 0, ...more })
  const rows = [version(3, '2026-05-01'), version(2, '2026-01-01', { drawn: 2, waiting: 1 }), version(1, '2025-01-01', { live: 7 })]
  it('the newest that has begun counts; a later one is to come', () => {
    expect(currentOf(rows, '2026-04-30')?.version).toBe(2)
    expect(rows.map((one) => standingOf(one, rows, '2026-04-30'))).toEqual(['coming', 'current', 'old'])
    expect(rows.map((one) => standingOf(one, rows, '2026-05-01'))).toEqual(['current', 'old', 'old'])
    expect(currentOf([], '2026-04-30')).toBeNull()
  })

  it('the next one leaves active beds alone and stops what is not signed or not active', () => {
    expect(effectOf(rows)).toEqual({ redraw: 2, again: 1, stay: 7 })
  })
})
