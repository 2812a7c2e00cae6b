/** What is said of an elder everywhere: how able, in which groups, how high they live. */
import type { ElderRow } from '../api/elders'
import { t, word } from '../i18n'
import { abilityLine, levelLine, standingLine, type Judged, type Levelled, type Standing } from './levels'

/** Groups in which a call weighs more, and a patrol is due. */
const GRAVE = new Set(['living_alone', 'disabled', 'dementia', 'bereaved', 'severe_handicap', 'destitute'])
export const isGrave = (category: string): boolean => GRAVE.has(category)

export const levelOf = (level: number | null): string => levelLine(level, t.value)
export const abilityOf = (row: Levelled): string => abilityLine(row, t.value)
export const standingOf = (one: Judged): Standing => standingLine(one, t.value)
export const categoriesOf = (row: { categories: string[] }): string => row.categories.map((one) => word(t.value.reg.category, one)).join(t.value.words.list)

export function climbOf(home: { floor: number | null; lift: boolean }): string {
  if (home.floor === null) return ''
  const w = t.value.words
  return home.floor <= 1 ? w.floor(home.floor) : `${w.floor(home.floor)} ${home.lift ? w.lift : w.noLift}`
}

export const whoOf = (row: Pick<ElderRow, 'sex' | 'age'>): string => t.value.words.age(row.sex === 'F' ? t.value.words.female : t.value.words.male, row.age)
