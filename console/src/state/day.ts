/** The whole day at a glance: rows, exceptions and today's numbers out of the board; pure, it keeps nothing. */
import type { CallBack, Caregiver, Id, Incident, Unserved, Visit } from '../api/types'
import type { Board } from './board'
import { LATE_MIN, laneOf, responseBlock, stopsByCaregiver, type Between, type Block } from './lanes'
import { MINUTE, ms, msOr } from './time'

export interface Row {
  caregiver: Caregiver
  blocks: Block[]
  rests: Between[]
  workMs: number
  shiftMs: number
  eventful: boolean
  absent: boolean
}

const OLD_POSITION_MIN = 8

const worked = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, b) => sum + (b.look === 'missed' ? 0 : b.to - b.from) + (b.travel ? b.travel.to - b.travel.from : 0), 0)

/** The plan's own rests where it has any, else the pause of the shift. */
function restsOf(board: Board, caregiver: Caregiver): Between[] {
  const planned = board.pauses.filter((one) => one.caregiver_id === caregiver.id && (one.kind === undefined || one.kind === 'break'))
  if (planned.length > 0) return planned.map((one) => ({ from: ms(one.start_at), to: ms(one.finish_at) }))
  return caregiver.break ? [{ from: ms(caregiver.break.from), to: ms(caregiver.break.to) }] : []
}

function rowOf(caregiver: Caregiver, blocks: Block[], rests: Between[], now: number): Row {
  const shiftMs = caregiver.shift ? ms(caregiver.shift.to) - ms(caregiver.shift.from) : 8 * 60 * MINUTE
  const inShift = caregiver.shift !== null && now >= ms(caregiver.shift.from) && now < ms(caregiver.shift.to)
  const ahead = blocks.some((b) => b.look === 'plan' || b.look === 'late' || b.look === 'shift')
  const absent = caregiver.state === 'off' && ahead && (caregiver.shift === null || inShift)
  const slipping = blocks.some((b) => b.look === 'late' || b.look === 'shift' || b.look === 'resp' || b.waits !== null || b.lateMin > 0)
  return { caregiver, blocks, rests, workMs: worked(blocks), shiftMs, absent, eventful: absent || slipping || caregiver.state === 'responding' }
}

const WEIGHT = (row: Row): number =>
  row.caregiver.state === 'responding' ? 0
    : row.blocks.some((b) => b.look === 'late') ? 1
      : row.eventful ? 2
        : row.caregiver.state === 'off' ? (row.blocks.length > 0 ? 4 : 5) : row.blocks.length > 0 ? 3 : 4

/** Eventful rows first, people off duty last, otherwise by name so that rows keep their place. */
export function rowsOf(board: Board, now: number, realNow: number): Row[] {
  const stops = stopsByCaregiver(board.visits.values())
  const sent = new Map<Id, Incident>()
  for (const incident of board.incidents.values()) {
    if (incident.assigned_to && incident.state !== 'closed') sent.set(incident.assigned_to.id, incident)
  }
  const rows = [...board.caregivers.values()].map((caregiver) => {
    const blocks = laneOf(caregiver, stops.get(caregiver.id) ?? [], now)
    const call = sent.get(caregiver.id)
    if (call) blocks.push(responseBlock(call, caregiver, now, realNow))
    return rowOf(caregiver, blocks, restsOf(board, caregiver), now)
  })
  return rows.sort((a, b) => WEIGHT(a) - WEIGHT(b) || a.caregiver.name.localeCompare(b.caregiver.name, 'zh') || (a.caregiver.id < b.caregiver.id ? -1 : 1))
}

export type Trouble =
  | { kind: 'late'; key: string; minutes: number; visit: Visit; caregiver: Caregiver; dueMs: number }
  | { kind: 'missed'; key: string; visit: Visit; caregiver: Caregiver | null }
  | { kind: 'waits'; key: string; visit: Visit; here: Caregiver; there: Caregiver }
  | { kind: 'knock'; key: string; minutes: number; visit: Visit; caregiver: Caregiver }
  | { kind: 'offline'; key: string; count: number }
  | { kind: 'battery'; key: string; count: number }
  | { kind: 'old'; key: string; minutes: number; caregiver: Caregiver }
  | { kind: 'olds'; key: string; people: Caregiver[] }
  | { kind: 'callback'; key: string; call: CallBack }
  | { kind: 'job'; key: string; why: string | null }

export const isGrave = (trouble: Trouble): boolean => ['callback', 'late', 'missed', 'waits', 'job'].includes(trouble.kind)

function rowTroubles(row: Row, board: Board): Trouble[] {
  const found: Trouble[] = []
  for (const block of row.blocks) {
    const visit = block.visit
    if (!visit) continue
    if (block.look === 'late') {
      found.push({ kind: 'late', key: `late/${visit.id}`, minutes: block.lateMin, visit, caregiver: row.caregiver, dueMs: block.ghost?.from ?? block.from - block.lateMin * MINUTE })
    } else if (block.look === 'shift' && block.slipMin >= LATE_MIN) {
      found.push({ kind: 'knock', key: `knock/${visit.id}`, minutes: block.slipMin, visit, caregiver: row.caregiver })
    }
    for (const drop of block.run.length > 0 ? block.run : [visit]) {
      if (drop.state === 'missed') found.push({ kind: 'missed', key: `missed/${drop.id}`, visit: drop, caregiver: row.caregiver })
    }
    if (block.waits) {
      const other = visit.stops.find((stop) => stop.caregiver_id !== row.caregiver.id)
      const there = other ? board.caregivers.get(other.caregiver_id) : undefined
      if (there && there.state === 'moving') found.push({ kind: 'waits', key: `waits/${visit.id}`, visit, here: row.caregiver, there })
    }
  }
  return found
}

/** Everything that wants a hand today, gravest first, one line per cause. */
export function troublesOf(board: Board, rows: readonly Row[], now: number): Trouble[] {
  const found = new Map<string, Trouble>()
  for (const row of rows) {
    for (const trouble of rowTroubles(row, board)) {
      if (!found.has(trouble.key)) found.set(trouble.key, trouble)
    }
  }
  for (const trouble of oldPositions(rows, now)) found.set(trouble.key, trouble)
  for (const call of board.callBacks) found.set(`callback/${call.id}`, { kind: 'callback', key: `callback/${call.id}`, call })
  const { total, online, low_battery } = board.terminals
  if (total > online) found.set('offline', { kind: 'offline', key: `offline/${total - online}`, count: total - online })
  if (low_battery > 0) found.set('battery', { kind: 'battery', key: `battery/${low_battery}`, count: low_battery })
  if (board.job?.state === 'failed') found.set('job', { kind: 'job', key: `job/${board.job.job_id}`, why: board.job.error ?? null })
  const order: Trouble['kind'][] = ['callback', 'late', 'waits', 'missed', 'job', 'knock', 'old', 'olds', 'offline', 'battery']
  const minutes = (trouble: Trouble): number => ('minutes' in trouble ? trouble.minutes : 0)
  return [...found.values()].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || minutes(b) - minutes(a))
}

const OLD_ALONE_MOST = 2

/** Silent phones: one line each while they are few, one line for all when it is probably the network. */
function oldPositions(rows: readonly Row[], now: number): Trouble[] {
  const people = rows.filter((row) => isOldPosition(row, now)).map((row) => row.caregiver)
  if (people.length > OLD_ALONE_MOST) return [{ kind: 'olds', key: `olds/${people.map((one) => one.id).join('.')}`, people }]
  return people.map((caregiver) => ({ kind: 'old', key: `old/${caregiver.id}`, minutes: Math.floor((now - (msOr(caregiver.position_at) ?? now)) / MINUTE), caregiver }))
}

/** A position is old when its owner moves and the phone has been silent; somebody inside a home may well be. */
export function isOldPosition({ caregiver, blocks }: Row, now: number): boolean {
  const seen = msOr(caregiver.position_at)
  const atCall = blocks.some((one) => one.incident?.on_scene_at)
  const moves = caregiver.state === 'moving' || (caregiver.state === 'responding' && !atCall)
  return moves && seen !== null && now - seen >= OLD_POSITION_MIN * MINUTE
}

/** A visit that nobody goes to: left out by the plan with its reason, or ordered since and in no plan yet. */
export interface Untaken { visit: Visit; one: Unserved | null }

export function untakenOf(board: Board): Untaken[] {
  const found = board.unserved.flatMap((one): Untaken[] => {
    const visit = board.visits.get(one.visit_id)
    return visit ? [{ one, visit }] : []
  })
  if (!board.plan) return found
  const told = new Set(board.unserved.map((one) => one.visit_id))
  for (const visit of board.visits.values()) {
    if (visit.state === 'accepted' && !visit.stops?.length && !told.has(visit.id)) found.push({ one: null, visit })
  }
  return found
}

export interface Numbers {
  visits: number; done: number; on: number; rest: number; tray: number
  meals: number; delivered: number; undelivered: number
  late: number; onDuty: number; caregivers: number
}

export function numbersOf(board: Board, rows: readonly Row[]): Numbers {
  const untaken = untakenOf(board)
  const numbers: Numbers = {
    visits: 0, done: 0, on: 0, rest: 0, tray: untaken.length, meals: 0, delivered: 0, undelivered: 0, late: 0,
    onDuty: 0, caregivers: board.caregivers.size,
  }
  const tray = new Set(untaken.map(({ visit }) => visit.id))
  for (const visit of board.visits.values()) {
    if (visit.state === 'cancelled') continue
    const done = visit.state === 'finished' || visit.state === 'confirmed'
    numbers.visits += 1
    if (visit.family === 'meal') {
      numbers.meals += 1
      if (done) numbers.delivered += 1
      if (visit.state === 'missed') numbers.undelivered += 1
    }
    if (done) numbers.done += 1
    else if (visit.state === 'arrived' || visit.state === 'in_service') numbers.on += 1
    else if (!tray.has(visit.id)) numbers.rest += 1
  }
  for (const caregiver of board.caregivers.values()) if (caregiver.state !== 'off') numbers.onDuty += 1
  const late = new Set<Id>()
  for (const row of rows) for (const block of row.blocks) if (block.look === 'late' && block.visit) late.add(block.visit.id)
  numbers.late = late.size
  return numbers
}
