/** The whole board as one value and the pure steps that change it; it knows no socket, no clock, no page. */
import type {
  BoardDay, BoardEvent, CallBack, Caregiver, CaregiverMove, CaregiverState, Id, Incident, JobProgress, Me, Pause, Plan, PlanClock, Site, Sla, Snapshot,
  TerminalCounts, Unserved, Visit,
} from '../api/types'

export interface Board {
  me: Me
  title: string
  incidents: ReadonlyMap<Id, Incident>
  caregivers: ReadonlyMap<Id, Caregiver>
  visits: ReadonlyMap<Id, Visit>
  plan: Plan | null
  unserved: readonly Unserved[]
  pauses: readonly Pause[]
  callBacks: readonly CallBack[]
  stations: readonly Site[]
  canteens: readonly Site[]
  terminals: TerminalCounts
  duty: readonly { post: string; display: string }[]
  sla: Sla
  consoles: number | null
  phone: string | null
  clock: PlanClock
  /** Server moment of `clock`, in ms since 1970. */
  clockReadMs: number
  job: JobProgress | null
  /** True after plan.published until the day has been fetched again. */
  dayIsOld: boolean
}

const byId = <T extends { id: Id }>(items: readonly T[]): ReadonlyMap<Id, T> =>
  new Map(items.map((item) => [item.id, item]))

const put = <T extends { id: Id }>(map: ReadonlyMap<Id, T>, item: T): ReadonlyMap<Id, T> =>
  new Map(map).set(item.id, item)

export function fromSnapshot(state: Snapshot): Board {
  return {
    me: state.me, title: state.title, plan: state.plan, unserved: state.unserved, pauses: state.pauses ?? [], callBacks: state.call_backs ?? [], stations: state.stations,
    canteens: state.canteens, terminals: state.terminals, duty: state.duty, sla: state.sla, clock: state.clock,
    incidents: byId(state.incidents), caregivers: byId(state.caregivers), visits: byId(state.visits),
    consoles: state.consoles ?? null, phone: state.phone ?? null,
    clockReadMs: Date.parse(state.server_time), job: null, dayIsOld: false,
  }
}

/** Newer of two readings of one incident: states only move on, presses only grow. */
export function newerIncident(known: Incident | undefined, next: Incident): Incident {
  if (!known) return next
  return RANK[next.state] < RANK[known.state] && next.presses <= known.presses && known.state === 'closed' ? known : next
}
const RANK = { open: 0, acknowledged: 1, assigned: 2, on_scene: 3, recovering: 4, closed: 5 } as const

export function withIncident(board: Board, incident: Incident): Board {
  const known = board.incidents.get(incident.id)
  const next = { ...board, incidents: put(board.incidents, newerIncident(known, incident)) }
  return withDoing(next, [known?.assigned_to?.id, incident.assigned_to?.id])
}

/** What a caregiver does now, as the service reckons it: a call first, then somebody's home, then the road. */
function doingNow(board: Board, caregiver: Id): CaregiverState {
  for (const one of board.incidents.values()) {
    if (one.assigned_to?.id === caregiver && (one.state === 'assigned' || one.state === 'on_scene')) return 'responding'
  }
  let found: CaregiverState = 'idle'
  for (const visit of board.visits.values()) {
    if (!visit.stops?.some((stop) => stop.caregiver_id === caregiver)) continue
    if (visit.state === 'arrived' || visit.state === 'in_service') return 'serving'
    if (visit.state === 'en_route') found = 'moving'
  }
  return found
}

/** Brings these caregivers' states up to date after a call or a visit changed; somebody off duty stays so. */
function withDoing(board: Board, ids: readonly (Id | undefined)[]): Board {
  let caregivers = board.caregivers
  for (const id of ids) {
    const known = id === undefined ? undefined : caregivers.get(id)
    if (!known || known.state === 'off') continue
    const state = doingNow(board, known.id)
    if (state !== known.state) caregivers = put(caregivers, { ...known, state })
  }
  return caregivers === board.caregivers ? board : { ...board, caregivers }
}

/** A visit that an event carries without its stops keeps the stops of the plan. */
export function withVisit(board: Board, visit: Visit): Board {
  const known = board.visits.get(visit.id)
  const merged = known && visit.stops === undefined ? { ...visit, stops: known.stops } : visit
  return withDoing({ ...board, visits: put(board.visits, merged) }, (merged.stops ?? []).map((stop) => stop.caregiver_id))
}

export function withMove(board: Board, move: CaregiverMove): Board {
  const known = board.caregivers.get(move.id)
  return known ? { ...board, caregivers: put(board.caregivers, { ...known, ...move }) } : board
}

/** The day's promises kept, as the service has counted them anew. */
export const withSla = (board: Board, sla: Sla): Board => ({ ...board, sla })

export const withDay = (board: Board, day: BoardDay): Board => ({
  ...board, plan: day.plan, visits: byId(day.visits), unserved: day.unserved, pauses: day.pauses ?? board.pauses, dayIsOld: false,
})

/** A new call to answer by ringing back; it came in when its event did. */
export const withCallBack = (board: Board, call: CallBack): Board =>
  board.callBacks.some((one) => one.id === call.id) ? board : { ...board, callBacks: [...board.callBacks, call] }

export const withoutCallBack = (board: Board, id: Id): Board => ({
  ...board, callBacks: board.callBacks.filter((one) => one.id !== id),
})

export const withClock = (board: Board, clock: PlanClock, serverNowMs: number): Board => ({
  ...board, clock, clockReadMs: serverNowMs,
})

/** The board after one event; an unknown topic changes nothing. */
export function reduce(board: Board, event: BoardEvent): Board {
  const data = event.data
  const room = event.topic.slice(0, event.topic.indexOf('.'))
  switch (room) {
    case 'incident':
      return data['incident'] ? withIncident(board, data['incident'] as Incident) : board
    case 'visit':
      return data['visit'] ? withVisit(board, data['visit'] as Visit) : board
    case 'order':
      return data['visit'] ? withVisit(board, data['visit'] as Visit) : board
    case 'caregiver':
      return data['caregiver'] ? withMove(board, data['caregiver'] as CaregiverMove) : board
    case 'terminal':
      if (event.topic === 'terminal.unreadable') return withCallBack(board, { received_at: event.at, ...(data['call'] as CallBack) })
      if (event.topic === 'terminal.called_back') return withoutCallBack(board, (data['call'] as { id: Id }).id)
      return data['terminals'] ? { ...board, terminals: data['terminals'] as TerminalCounts } : board
    case 'town':
      return data['clock'] ? withClock(board, data['clock'] as PlanClock, Date.parse(event.at)) : board
    case 'plan':
      if (event.topic === 'plan.progress') return { ...board, job: data as unknown as JobProgress }
      return { ...board, plan: (data['plan'] as Plan | undefined) ?? board.plan, dayIsOld: true }
    default:
      return board
  }
}
