/** Numbers, ways, times and people said in the language in use; it formats, it decides nothing. */
import type { Incident } from '../api/types'
import { calledLine } from '../elders/levels'
import { dateParts, fromTo, MINUTE } from '../state/time'
import { language, t, word } from './index'

export const minutes = (ms: number): number => Math.max(0, Math.round(ms / MINUTE))
export const travelMin = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60))

export function way(metres: number): string {
  return metres >= 950 ? t.value.words.km((metres / 1000).toFixed(1)) : t.value.words.metres(Math.round(metres / 10) * 10)
}

export const number = (value: number): string => value.toLocaleString(language.value === 'zh' ? 'zh-CN' : 'en-GB')
export const percent = (share: number): string => `${(share * 100).toFixed(share >= 0.9995 ? 0 : 1)}%`

export function date(at: number): string {
  const parts = dateParts(at)
  return t.value.words.date(parts.month, parts.day, parts.weekday)
}

/** From when to when, with the second day where it is another one. */
export const stretch = (from: number, to: number): string => fromTo(from, to, date)

/** "47 s", "2 min 14 s". */
export function silence(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  return s < 60 ? t.value.feed.seconds(s) : t.value.feed.minutesSeconds(Math.floor(s / 60), s % 60)
}

export const kindOf = (incident: Incident): string => word(t.value.kind, incident.kind)
export const elderName = (incident: Incident): string => incident.elder?.name ?? t.value.words.anonymous

/** Sex, age and what changes how one speaks with this person. */
export function elderFacts(incident: Incident): string {
  const elder = incident.elder
  if (!elder) return ''
  const w = t.value.words
  const facts = [w.age(elder.sex === 'F' ? w.female : w.male, elder.age)]
  if (elder.lives_alone) facts.push(w.alone)
  const level = calledLine(elder, t.value)
  if (level) facts.push(level)
  if (elder.dialect) facts.push(w.speaks(elder.dialect))
  return facts.join(w.sep)
}

export function address(incident: Incident): string {
  const place = incident.place
  if (!place) return t.value.queue.unknownPlace
  const community = place.community ?? ''
  return place.address.startsWith(community) || community === '' ? place.address : `${community} ${place.address}`
}

export function climb(incident: Incident): string {
  const place = incident.place
  const w = t.value.words
  if (!place || place.floor === null || place.floor === undefined) return ''
  const floor = w.floor(place.floor)
  return place.lift === null || place.lift === undefined || place.floor <= 1 ? floor : `${floor} ${place.lift ? w.lift : w.noLift}`
}
