/** Numbers of terminals, codes and shares of the fleet as the pages say them; pure. */
import type { Device, ModelHealth } from '../api/fleet'

/** The number after this one: boxes come numbered in a row. Nothing where no digit ends it. */
export function nextNumber(id: string): string {
  const [, head = '', digits = ''] = /^(.*?)(\d{1,15})$/.exec(id.trim()) ?? []
  return digits === '' ? '' : head + String(Number(digits) + 1).padStart(digits.length, '0')
}

/** A code in groups of four, as somebody types it. */
export const codeParts = (code: string): string[] => code.match(/.{1,4}/g) ?? []

/** How many stand in homes, and how many of those were really tried within a month. */
export function triedOf(models: readonly ModelHealth[]): { tried: number; total: number } {
  const sum = (of: (one: ModelHealth) => number): number => models.reduce((all, one) => all + of(one), 0)
  const total = sum((one) => one.total - one.in_stock)
  return { total, tried: total - sum((one) => one.never_tested + one.test_due) }
}

/** The models that are known, the commonest first: what is registered next is most often one of them. */
export const modelsOf = (models: readonly ModelHealth[]): string[] => [...models].sort((a, b) => b.total - a.total).map((one) => one.model)

/** The terminals that may be fitted at a bed: those of its home, then those that its station has in stock; each once. */
export function fittable(home: readonly Device[], stock: readonly Device[], taken: readonly (string | null)[]): Device[] {
  const seen = new Set(taken)
  return [...home, ...stock].filter((one) => !seen.has(one.id) && seen.add(one.id))
}
