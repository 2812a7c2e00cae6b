/** What is said of levels: one that ran out is never shown as if it held. Pure, the words come in. */
import type { AssessmentRow } from '../api/assessments'
import type { ElderRow } from '../api/elders'
import type { Incident } from '../api/types'
import type { Catalogue } from '../i18n/zh'

export type Levelled = Pick<ElderRow, 'ability' | 'ability_was' | 'ability_until_on'>
export type Judged = Pick<AssessmentRow, 'state' | 'level' | 'holds' | 'assessed_on' | 'valid_until_on' | 'ended_on'>
export interface Standing { text: string; tone: 'good' | 'odd' | '' }

/** The level that a valid result gives; without one nothing is said of earlier results. */
export const levelLine = (level: number | null, t: Catalogue): string => (level === null ? t.reg.elder.noLevel : t.words.careLevel(level))

/** How able, with its last day once that is over. */
export function abilityLine(row: Levelled, t: Catalogue): string {
  if (row.ability !== null) return t.words.careLevel(row.ability)
  return row.ability_was === null ? t.reg.elder.notAssessed : t.reg.elder.ranOut(t.words.careLevel(row.ability_was), row.ability_until_on ?? '')
}

/** How able somebody who calls was last found to be: an old fact is better than none at a door, and is told as an old one. */
export function calledLine(elder: NonNullable<Incident['elder']>, t: Catalogue): string {
  if (elder.care_level === null) return ''
  const level = t.words.careLevel(elder.care_level)
  if (elder.care_level_holds) return level
  return elder.care_level_until_on === null ? t.words.levelUnproved(level) : t.words.levelRanOut(level, elder.care_level_until_on)
}

/** Until when a result holds, that it ran out, or how far it is. */
export function standingLine(one: Judged, t: Catalogue): Standing {
  if (one.holds) return { text: `✓ ${t.reg.assess.holds(one.valid_until_on ?? '')}`, tone: 'good' }
  const ranOut = one.state === 'approved' && one.level !== null && one.ended_on === null && one.valid_until_on !== null
  if (ranOut) return { text: `▲ ${t.reg.elder.endedOn(one.valid_until_on ?? '')}`, tone: 'odd' }
  return { text: [one.assessed_on, one.level === null ? null : t.reg.assessState[one.state]].filter(Boolean).join(' '), tone: '' }
}
