/** The running sum of a form and the level it leads to, by the tables that the service sent; the service's own result counts. */
import type { Answers, Scale, ScaleItem } from '../api/assessments'

export interface Running {
  answered: number
  of: number
  parts: { part: string; name: string; sum: number; most: number }[]
  total: number
  most: number
  /** Known once every item is answered, or in a coma. */
  level: number | null
  /** What the sum can still come to: the least and the best level that are left. */
  between: [number, number] | null
  missing: string[]
}

const best = (item: ScaleItem): number => Math.max(...item.scores.map((one) => one.score))
const least = (item: ScaleItem): number => Math.min(...item.scores.map((one) => one.score))

function levelBySum(scale: Scale, total: number): number {
  return scale.levels.find((one) => one.least !== undefined && total >= one.least)?.level ?? scale.levels.length - 1
}

function levelByCells(scale: Scale, sums: Record<string, number>): number | null {
  const grade = (part: string): number => scale.bands?.[part]?.find((band) => (sums[part] ?? 0) >= band.least)?.grade ?? 0
  const other = Math.max(...Object.keys(scale.bands ?? {}).filter((part) => part !== 'daily').map(grade))
  return scale.cells?.find((cell) => cell.daily === grade('daily') && cell.other === other)?.level ?? null
}

const sumsOf = (scale: Scale, points: (item: ScaleItem) => number): Record<string, number> =>
  Object.fromEntries(Object.keys(scale.parts).map((part) => [part, scale.items.filter((item) => item.part === part).reduce((sum, item) => sum + points(item), 0)]))

function levelOf(scale: Scale, sums: Record<string, number>): number {
  return scale.bands ? (levelByCells(scale, sums) ?? 0) : levelBySum(scale, Object.values(sums).reduce((all, one) => all + one, 0))
}

export function runningOf(scale: Scale, answers: Pick<Answers, 'items' | 'coma'>): Running {
  const given = (item: ScaleItem): number | undefined => answers.items[item.code]
  const missing = scale.items.filter((item) => given(item) === undefined).map((item) => item.code)
  const sums = sumsOf(scale, (item) => given(item) ?? 0)
  const worst = levelOf(scale, sumsOf(scale, (item) => given(item) ?? least(item)))
  const top = levelOf(scale, sumsOf(scale, (item) => given(item) ?? best(item)))
  const done = missing.length === 0
  return {
    answered: scale.items.length - missing.length, of: scale.items.length, missing,
    parts: Object.entries(scale.parts).map(([part, { zh, most }]) => ({ part, name: zh, sum: sums[part] ?? 0, most })),
    total: Object.values(sums).reduce((all, one) => all + one, 0), most: Object.values(scale.parts).reduce((all, one) => all + one.most, 0),
    level: answers.coma ? scale.levels.length - 1 : done ? levelOf(scale, sums) : null, between: answers.coma || done ? null : [top, worst],
  }
}

/** The digit that picks a score: the score itself where a whole part of the scale has only single digits, else its place from 1. */
export function digitOf(scale: Scale, item: ScaleItem, score: number): string {
  const single = scale.items.every((one) => one.part !== item.part || one.scores.every((each) => each.score <= 9))
  return single ? String(score) : String(item.scores.findIndex((one) => one.score === score) + 1)
}

export const scoreOf = (scale: Scale, item: ScaleItem, digit: string): number | null => item.scores.find((one) => digitOf(scale, item, one.score) === digit)?.score ?? null

/** What a score means in the language in use; nothing where the scale has only points. */
export const scoreWords = (one: ScaleItem['scores'][number], language: 'zh' | 'en'): string => {
  const said = language === 'zh' ? one.words : (one.en ?? '')
  return said === String(one.score) ? '' : said
}

/** The item to go on with: the next without an answer, from the top again at the end; the next one when all have theirs. */
export function nextItem(scale: Scale, answers: Pick<Answers, 'items'>, at: number): number {
  const n = scale.items.length
  for (let step = 1; step < n; step += 1) {
    const item = scale.items[(at + step) % n]
    if (item && answers.items[item.code] === undefined) return (at + step) % n
  }
  return Math.min(n - 1, at + 1)
}
