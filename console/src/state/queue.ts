/** Which calls stand where in the queue, and what each still owes; it sorts and counts, it answers none. */
import type { Incident } from '../api/types'
import { CROWD, firstOfEach, housesOf, type House } from './houses'
import { MINUTE, ms, msOr } from './time'

export const ANSWER_GOAL_MS = MINUTE
export const ON_SITE_GOAL_MS = 45 * MINUTE
export const PROGRESS_MS = 3 * MINUTE

/** `houses` are the waiting calls by building while very many wait, else null. */
export interface Queue { waiting: Incident[]; handling: Incident[]; drills: Incident[]; closed: Incident[]; houses: House[] | null }

const URGENCY: Record<string, number> = { sos: 4, fall: 3, smoke: 3, gas: 3 }
const urgency = (incident: Incident): number => (URGENCY[incident.kind] ?? 2) + incident.severity / 10

export const isWaiting = (incident: Incident): boolean => incident.state === 'open' && !incident.drill

/** Waiting first by urgency then age, in a crowd the first of each building before all others; handled by age; closed newest first. */
export function queueOf(incidents: Iterable<Incident>): Queue {
  const queue: Queue = { waiting: [], handling: [], drills: [], closed: [], houses: null }
  for (const incident of incidents) {
    if (incident.state === 'closed') queue.closed.push(incident)
    else if (incident.drill) queue.drills.push(incident)
    else if (incident.state === 'open') queue.waiting.push(incident)
    else queue.handling.push(incident)
  }
  const older = (a: Incident, b: Incident) => ms(a.opened_at) - ms(b.opened_at)
  queue.waiting.sort((a, b) => Math.floor(urgency(b)) - Math.floor(urgency(a)) || older(a, b))
  queue.handling.sort(older)
  queue.drills.sort(older)
  queue.closed.sort((a, b) => ms(b.closed_at ?? b.opened_at) - ms(a.closed_at ?? a.opened_at))
  if (queue.waiting.length > CROWD) {
    queue.waiting = firstOfEach(queue.waiting, queue.handling)
    queue.houses = housesOf(queue.waiting)
  }
  return queue
}

/** Who is told at each step of a playbook's ladder, as the service keeps it; the desk is step 0. */
const LADDERS: Record<string, readonly string[]> = {
  person: ['desk', 'station', 'family', 'village', 'supervisor'],
  fire: ['desk', 'family', 'station', 'village', 'supervisor'],
}

/** Names of the rungs above the desk that were told of this call, in their order. */
export const rungsReached = (incident: Incident): readonly string[] =>
  (LADDERS[incident.playbook] ?? LADDERS['person'] ?? []).slice(1, (incident.rung ?? 0) + 1)

/** When an answered call without progress rings again; null once somebody was sent. */
export function ringsAgainAt(incident: Incident): number | null {
  if (incident.state !== 'acknowledged') return null
  if (incident.next_rung?.name === 'again') return ms(incident.next_rung.due_at)
  const last = msOr(incident.acknowledged_at)
  return last === null ? null : last + PROGRESS_MS
}

/** Expected arrival of the sent caregiver, in ms; null when nobody was sent or the way is unknown. */
export function expectedOnSite(incident: Incident): number | null {
  const sent = msOr(incident.assigned_at)
  const travel = incident.assigned_to?.travel_s
  return sent === null || travel === null || travel === undefined ? null : sent + travel * 1_000
}

export const answerMs = (incident: Incident): number | null => {
  const answered = msOr(incident.acknowledged_at)
  return answered === null ? null : answered - ms(incident.opened_at)
}

export type CloseLack = 'answered' | 'outcome' | 'note' | 'on_site'

/** What a close still lacks, as the service will judge it; a false alarm needs neither a visit nor a note. */
export function closeLacks(outcome: string | null, note: string, incident: Incident): CloseLack[] {
  const lacks: CloseLack[] = incident.state === 'open' ? ['answered'] : []
  if (!outcome) return [...lacks, 'outcome']
  if (outcome === 'false_alarm' || outcome === 'device_fault') return lacks
  if (!incident.on_scene_at) lacks.push('on_site')
  if (note.trim() === '') lacks.push('note')
  return lacks
}
