import { describe, expect, it } from 'vitest'
import type { Scale } from '../src/api/assessments'
import { digitOf, nextItem, runningOf, scoreOf, scoreWords } from '../src/assessments/running'

const item = (code: string, part: string, scores: number[]) => ({ code, part, zh: code, en: code, verified: true, scores: scores.map((score) => ({ score, words: String(score) })) })
/** A little scale by points: two items, five levels' worth of cut-offs. */
const points: Scale = {
  edition: 'test', parts: { B1: { zh: '一', most: 8 } }, items: [item('B1.1', 'B1', [4, 3, 2, 1, 0]), item('B1.2', 'B1', [4, 3, 2, 1, 0])],
  levels: [{ level: 0, name: 'a', least: 8 }, { level: 1, name: 'b', least: 5 }, { level: 2, name: 'c', least: 2 }, { level: 3, name: 'd', least: 0 }],
}
const band = (least: number, grade: number) => ({ least, grade, verified: false })
/** And one by a table: daily life against the worse of two other parts. */
const table: Scale = {
  edition: 'test', parts: { daily: { zh: '日', most: 15 }, mind: { zh: '心', most: 4 }, senses: { zh: '感', most: 4 } }, levels: [{ level: 0, name: 'a' }, { level: 1, name: 'b' }, { level: 2, name: 'c' }],
  items: [item('A1', 'daily', [15, 10, 5, 0]), item('M1', 'mind', [4, 0]), item('S1', 'senses', [4, 0])],
  bands: { daily: [band(10, 0), band(0, 1)], mind: [band(4, 0), band(0, 1)], senses: [band(4, 0), band(0, 1)] },
  cells: [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 2]].map(([daily = 0, other = 0, level = 0]) => ({ daily, other, level, verified: false })),
}

describe('the running sum', () => {
  it('says between which levels it can still come out', () => {
    const run = runningOf(points, { items: { 'B1.1': 3 }, coma: false })
    expect(run).toMatchObject({ total: 3, most: 8, answered: 1, of: 2, missing: ['B1.2'], level: null, between: [1, 2] })
  })

  it('knows the level at each cut-off once everything is answered', () => {
    const level = (one: number, two: number) => runningOf(points, { items: { 'B1.1': one, 'B1.2': two }, coma: false }).level
    expect([level(4, 4), level(4, 3), level(4, 1), level(4, 0), level(1, 1), level(1, 0)]).toEqual([0, 1, 1, 2, 2, 3])
  })

  it('is the worst level in a coma, whatever is missing', () => {
    expect(runningOf(points, { items: {}, coma: true })).toMatchObject({ level: 3, between: null })
  })

  it('reads the table by the worse of the other two parts', () => {
    const level = (daily: number, mind: number, senses: number) => runningOf(table, { items: { A1: daily, M1: mind, S1: senses }, coma: false }).level
    expect([level(15, 4, 4), level(15, 4, 0), level(5, 4, 4), level(0, 0, 4)]).toEqual([0, 1, 1, 2])
  })
})

describe('the keyboard', () => {
  it('picks by the score itself, or by its place where scores have two digits', () => {
    const [one, wide] = [points.items[0]!, table.items[0]!]
    expect([digitOf(points, one, 3), scoreOf(points, one, '3'), scoreOf(points, one, '7')]).toEqual(['3', 3, null])
    expect([digitOf(table, wide, 10), scoreOf(table, wide, '2'), scoreOf(table, wide, '4'), scoreOf(table, wide, '5')]).toEqual(['2', 10, 0, null])
  })

  it('means one thing in the whole of a part', () => {
    const small = item('A2', 'daily', [5, 0])
    const mixed: Scale = { ...table, items: [...table.items, small] }
    expect([digitOf(mixed, small, 5), digitOf(mixed, small, 0)]).toEqual(['1', '2'])
    expect(digitOf(mixed, table.items[1]!, 4)).toBe('4')
  })

  it('goes on to what is not answered, round the end', () => {
    expect(nextItem(table, { items: {} }, 0)).toBe(1)
    expect(nextItem(table, { items: { M1: 4 } }, 0)).toBe(2)
    expect(nextItem(table, { items: { M1: 4, S1: 4 } }, 2)).toBe(0)
    expect(nextItem(table, { items: { A1: 0, M1: 4, S1: 4 } }, 0)).toBe(1)
  })
})

describe('the words of a score', () => {
  it('follow the language, and are nothing where a scale has only points', () => {
    expect(scoreWords({ score: 4, words: '正常', en: 'normal' }, 'zh')).toBe('正常')
    expect(scoreWords({ score: 4, words: '正常', en: 'normal' }, 'en')).toBe('normal')
    expect(scoreWords({ score: 15, words: '15' }, 'zh')).toBe('')
    expect(scoreWords({ score: 15, words: '15' }, 'en')).toBe('')
  })
})
