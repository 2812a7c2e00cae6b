/** One caregiver's day as blocks in time: what was, what is, what will slip; pure, in ms of the plan's clock. */
import type { Caregiver, Id, Incident, Visit } from '../api/types'
import { MINUTE, ms, msOr } from './time'

export const LATE_MIN = 15
export const SLIP_MIN = 5
export const OVER_MIN = 15
const RUN_GAP_MS = 20 * MINUTE
const AT_THE_DOOR_MS = 30 * MINUTE

export type Look = 'done' | 'in' | 'plan' | 'late' | 'shift' | 'missed' | 'resp'
export interface Between { from: number; to: number }
export interface Travel extends Between { look: 'done' | 'go' | 'plan' | 'late' | 'alarm'; walk: boolean }
export interface Block extends Between {
  key: string
  visit: Visit | null
  incident: Incident | null
  look: Look
  lateMin: number
  slipMin: number
  overMin: number
  ghost: Between | null
  travel: Travel | null
  waits: Between | null
  pinned: boolean
  two: boolean
  /** More than one meal drop told as one run. */
  run: Visit[]
}

type StopOf = { visit: Visit; stop: Visit['stops'][number] }

/** Every stop of every caregiver in order of start. */
export function stopsByCaregiver(visits: Iterable<Visit>): Map<Id, StopOf[]> {
  const found = new Map<Id, StopOf[]>()
  for (const visit of visits) {
    for (const stop of visit.stops ?? []) {
      const list = found.get(stop.caregiver_id)
      if (list) list.push({ visit, stop })
      else found.set(stop.caregiver_id, [{ visit, stop }])
    }
  }
  for (const list of found.values()) list.sort((a, b) => ms(a.stop.start_at) - ms(b.stop.start_at))
  return found
}

const isDone = (visit: Visit): boolean => visit.state === 'finished' || visit.state === 'confirmed'
const isOn = (visit: Visit): boolean => visit.state === 'arrived' || visit.state === 'in_service'
const isGone = (visit: Visit): boolean => visit.state === 'missed' || visit.state === 'cancelled'
const whole = (milliseconds: number): number => Math.floor(milliseconds / MINUTE)

function begun({ visit, stop }: StopOf, now: number): Pick<Block, 'from' | 'to' | 'look' | 'overMin'> {
  const from = msOr(visit.started_at) ?? msOr(visit.arrived_at) ?? ms(stop.start_at)
  const length = visit.duration_min * MINUTE
  if (!isDone(visit)) return { from, to: Math.max(from + length, now), look: 'in', overMin: 0 }
  const to = Math.max(from + MINUTE, msOr(visit.finished_at) ?? ms(stop.finish_at))
  const over = whole(to - from - length)
  return { from, to, look: 'done', overMin: over >= OVER_MIN ? over : 0 }
}

/** When a stop not yet begun can start: after the way there, never in the past. */
function expectedStart({ visit, stop }: StopOf, freeAt: number | null, now: number): number {
  const planned = ms(stop.start_at)
  const left = msOr(visit.en_route_at) ?? freeAt
  const there = left === null ? planned : left + stop.travel_s * 1_000
  return Math.max(planned, there, planned < now ? now : planned)
}

function travelOf({ visit, stop }: StopOf, block: Between & { look: Look }, walk: boolean): Travel | null {
  if (stop.travel_s <= 0) return null
  const began = block.look === 'done' || block.look === 'in'
  const planned = ms(stop.arrive_at)
  const to = began || block.from > ms(stop.start_at) ? Math.min(block.from, msOr(visit.arrived_at) ?? block.from) : planned
  const from = msOr(visit.en_route_at) ?? to - stop.travel_s * 1_000
  const look = began ? 'done' : visit.state === 'en_route' ? (block.look === 'late' ? 'late' : 'go') : 'plan'
  return from < to ? { from, to, look, walk } : null
}

function blockOf(at: StopOf, freeAt: number | null, now: number, walk: boolean): Block {
  const { visit, stop } = at
  const planned = { from: ms(stop.start_at), to: ms(stop.finish_at) }
  const base = {
    key: `${visit.id}/${stop.caregiver_id}`, visit, incident: null, pinned: stop.pinned, two: visit.people > 1, run: [],
    lateMin: 0, slipMin: 0, overMin: 0, ghost: null, waits: null,
  }
  if (isGone(visit)) return { ...base, ...planned, look: 'missed', travel: null }
  if (isDone(visit) || isOn(visit)) {
    const body = begun(at, now)
    const late = whole(body.from - planned.from)
    const waits = visit.state === 'arrived' && visit.people > 1 ? { from: body.from, to: now } : null
    return { ...base, ...body, lateMin: isOn(visit) && late >= LATE_MIN ? late : 0, waits, travel: travelOf(at, body, walk) }
  }
  const from = expectedStart(at, freeAt, now)
  const slip = whole(from - planned.from)
  const look: Look = slip >= LATE_MIN && planned.from < now ? 'late' : slip >= SLIP_MIN ? 'shift' : 'plan'
  const body = { from, to: from + (planned.to - planned.from), look }
  return {
    ...base, ...body, travel: travelOf(at, body, walk), ghost: look === 'late' ? planned : null,
    lateMin: look === 'late' ? slip : 0, slipMin: look === 'shift' ? slip : 0,
  }
}

/** Meal drops close together become one run; a late, missed or running drop keeps the run's worst look. */
function joinRuns(blocks: Block[]): Block[] {
  const joined: Block[] = []
  for (const block of blocks) {
    const last = joined[joined.length - 1]
    if (last && block.visit?.family === 'meal' && last.visit?.family === 'meal' && block.from - last.to < RUN_GAP_MS) {
      const run = last.run.length > 0 ? last.run : [last.visit]
      joined[joined.length - 1] = {
        ...last, to: Math.max(last.to, block.to), run: [...run, block.visit],
        look: worse(last.look, block.look), lateMin: Math.max(last.lateMin, block.lateMin),
        slipMin: Math.max(last.slipMin, block.slipMin), ghost: null,
      }
    } else joined.push(block)
  }
  return joined
}

function worse(a: Look, b: Look): Look {
  if (a === b) return a
  const order: Look[] = ['late', 'in', 'shift', 'plan', 'done', 'missed', 'resp']
  // Half done and half to come is a run under way.
  if ((a === 'done' && b === 'plan') || (a === 'plan' && b === 'done')) return 'in'
  return order.find((look) => look === a || look === b) ?? a
}

export function laneOf(caregiver: Caregiver, stops: readonly StopOf[], now: number): Block[] {
  const blocks: Block[] = []
  let freeAt: number | null = null
  for (const at of stops) {
    const block = blockOf(at, freeAt, now, caregiver.mode === 'walk')
    blocks.push(block)
    if (block.look !== 'missed') freeAt = block.to
  }
  return joinRuns(blocks)
}

/** The call a caregiver runs to, laid on the plan's clock; `realNow` is the server's own time. */
export function responseBlock(incident: Incident, caregiver: Caregiver, now: number, realNow: number): Block {
  const sent = msOr(incident.assigned_at) ?? realNow
  const left = now - Math.max(0, realNow - sent)
  const travel = (incident.assigned_to?.travel_s ?? 600) * 1_000
  const there = incident.on_scene_at ? Math.min(now, now - (realNow - ms(incident.on_scene_at))) : Math.max(left + travel, now)
  return {
    key: `incident/${incident.id}`, visit: null, incident, look: 'resp', from: there,
    to: Math.max(there + AT_THE_DOOR_MS, now), lateMin: 0, slipMin: 0, overMin: 0, ghost: null, waits: null, pinned: false,
    two: false, run: [], travel: left < there ? { from: left, to: there, look: 'alarm', walk: caregiver.mode === 'walk' } : null,
  }
}
