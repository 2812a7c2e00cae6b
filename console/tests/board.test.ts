import { describe, expect, it } from 'vitest'
import type { BoardEvent } from '../src/api/types'
import { fromSnapshot, reduce, withDay } from '../src/state/board'
import { numbersOf, untakenOf, rowsOf, troublesOf } from '../src/state/day'
import { closeLacks, queueOf, ringsAgainAt, rungsReached } from '../src/state/queue'
import { call, iso, lin, MIN, NOON, snapshot, visit } from './cast'

const event = (topic: string, data: Record<string, unknown>): BoardEvent => ({ seq: 1, topic, at: iso(NOON), data })

describe('snapshot and events make the board', () => {
  it('snapshot plus its events equals the fresh snapshot', () => {
    const raised = call(7)
    const arrived = visit(3, 0, 30, { state: 'arrived', arrived_at: iso(NOON) })
    let board = fromSnapshot(snapshot({ visits: [visit(3, 0, 30)] }))
    board = reduce(board, event('incident.raised', { incident: raised }))
    board = reduce(board, event('visit.arrived', { visit: arrived }))
    board = reduce(board, event('caregiver.moved', { caregiver: { id: 1, state: 'serving', lon: 121.5, lat: 37.5, datum: 'wgs84', position_at: iso(NOON + MIN) } }))
    const fresh = fromSnapshot(snapshot({ visits: [arrived], incidents: [raised], caregivers: [lin({ state: 'serving', lon: 121.5, lat: 37.5, position_at: iso(NOON + MIN) })] }))
    expect(board).toEqual(fresh)
  })

  it('leaves the old board untouched and the same for unknown topics', () => {
    const board = fromSnapshot(snapshot())
    expect(reduce(board, event('weather.changed', {}))).toBe(board)
    reduce(board, event('incident.raised', { incident: call(7) }))
    expect(board.incidents.size).toBe(0)
  })

  it('a closed call stays closed when an older answer comes late', () => {
    let board = fromSnapshot(snapshot({ incidents: [call(7, { state: 'closed', outcome: 'helped' })] }))
    board = reduce(board, event('incident.acknowledged', { incident: call(7, { state: 'acknowledged' }) }))
    expect(board.incidents.get(7)?.state).toBe('closed')
  })

  it('a visit event without stops keeps the stops of the plan', () => {
    const bare = { ...visit(3, 0, 30, { state: 'en_route' }), stops: undefined }
    const board = reduce(fromSnapshot(snapshot({ visits: [visit(3, 0, 30)] })), event('visit.en_route', { visit: bare }))
    expect(board.visits.get(3)?.stops).toHaveLength(1)
    expect(board.visits.get(3)?.state).toBe('en_route')
  })

  it('a published plan asks for the day, and the day replaces plan, visits and tray', () => {
    const old = fromSnapshot(snapshot({ visits: [visit(3, 0, 30)] }))
    const told = reduce(old, event('plan.published', { plan: { id: 9, version: 2, on_date: '2026-07-16', published_at: null, published_by: null, parts: {} } }))
    expect(told.dayIsOld).toBe(true)
    const day = withDay(told, { plan: told.plan, visits: [visit(4, 10, 20)], unserved: [] })
    expect([...day.visits.keys()]).toEqual([4])
    expect(day.dayIsOld).toBe(false)
  })
})

describe('the town and its terminals', () => {
  it('a turned demo clock replaces the clock as of the event', () => {
    const clock = { demo: true, speed: 60, paused: false, at: iso(NOON + 90 * MIN) }
    const board = reduce(fromSnapshot(snapshot()), event('town.clock', { clock }))
    expect([board.clock, board.clockReadMs]).toEqual([clock, NOON])
  })

  it('an unreadable call is one task until somebody rang back', () => {
    const heard = event('terminal.unreadable', { call: { id: 5, terminal_id: 'T-1', problem: 'not JSON' } })
    const board = reduce(reduce(fromSnapshot(snapshot()), heard), heard)
    expect(board.callBacks).toEqual([{ id: 5, terminal_id: 'T-1', problem: 'not JSON', received_at: iso(NOON) }])
    expect(reduce(board, event('terminal.called_back', { call: { id: 5 } })).callBacks).toEqual([])
  })
})

describe('what a caregiver does', () => {
  it('follows calls and visits without waiting for the next position', () => {
    let board = fromSnapshot(snapshot({ visits: [visit(3, 0, 30)], caregivers: [lin({ state: 'idle' })] }))
    const states = (): string | undefined => board.caregivers.get(1)?.state
    board = reduce(board, event('visit.en_route', { visit: visit(3, 0, 30, { state: 'en_route' }) }))
    expect(states()).toBe('moving')
    board = reduce(board, event('incident.assigned', { incident: call(7, { state: 'assigned', assigned_to: { id: 1, name: '林**', travel_s: 60 } }) }))
    expect(states()).toBe('responding')
    board = reduce(board, event('incident.closed', { incident: call(7, { state: 'closed', assigned_to: { id: 1, name: '林**', travel_s: 60 } }) }))
    expect(states()).toBe('moving')
  })

  it('somebody off duty stays off duty', () => {
    const board = reduce(fromSnapshot(snapshot({ visits: [visit(3, 0, 30)], caregivers: [lin({ state: 'off' })] })), event('visit.arrived', { visit: visit(3, 0, 30, { state: 'arrived' }) }))
    expect(board.caregivers.get(1)?.state).toBe('off')
  })
})

describe('the queue', () => {
  it('puts SOS before falls, older before newer, drills and closed aside', () => {
    const queue = queueOf([call(1, { kind: 'fall' }), call(2, { opened_at: iso(NOON + MIN) }), call(3), call(4, { drill: true }), call(5, { state: 'assigned' }), call(6, { state: 'closed' })])
    expect(queue.waiting.map((one) => one.id)).toEqual([3, 2, 1])
    expect([queue.handling, queue.drills, queue.closed].map((list) => list.map((one) => one.id))).toEqual([[5], [4], [6]])
  })

  it('rings again three minutes after an answer without progress', () => {
    expect(ringsAgainAt(call(1, { state: 'acknowledged', acknowledged_at: iso(NOON) }))).toBe(NOON + 3 * MIN)
    expect(ringsAgainAt(call(1, { state: 'assigned', acknowledged_at: iso(NOON) }))).toBeNull()
  })

  it('says by name which rungs were told, in the order of the playbook', () => {
    expect(rungsReached(call(1))).toEqual([])
    expect(rungsReached(call(1, { rung: 2 }))).toEqual(['station', 'family'])
    expect(rungsReached(call(1, { playbook: 'fire', rung: 1 }))).toEqual(['family'])
  })

  it('names what a close lacks', () => {
    const taken = call(1, { state: 'assigned' })
    expect(closeLacks(null, '', taken)).toEqual(['outcome'])
    expect(closeLacks('helped', ' ', taken)).toEqual(['on_site', 'note'])
    expect(closeLacks('false_alarm', '', taken)).toEqual([])
    expect(closeLacks('helped', '好了', call(1, { state: 'on_scene', on_scene_at: iso(NOON) }))).toEqual([])
  })
})

describe('the day at a glance', () => {
  it('raises one exception for a late visit and none for one inside its slack', () => {
    const board = fromSnapshot(snapshot({ visits: [visit(3, -22, 30, { state: 'en_route' })] }))
    const rows = rowsOf(board, NOON, NOON)
    expect(troublesOf(board, rows, NOON).map((one) => [one.kind, 'minutes' in one ? one.minutes : 0])).toEqual([['late', 22]])
    expect(rowsOf(fromSnapshot(snapshot({ visits: [visit(3, 10, 30)] })), NOON, NOON)[0]?.eventful).toBe(false)
  })

  it('counts every visit once: done, under way, to come, without anybody', () => {
    const visits = [visit(1, -90, 30, { state: 'finished' }), visit(2, -10, 30, { state: 'in_service' }), visit(3, 60, 30), visit(4, 90, 30, { stops: [] }), visit(5, 90, 5, { family: 'meal', state: 'confirmed' }), visit(6, 0, 5, { state: 'cancelled' })]
    const board = fromSnapshot(snapshot({ visits, unserved: [{ visit_id: 4, reason: 'busy', text: '', counts: {} }] }))
    expect(numbersOf(board, rowsOf(board, NOON, NOON))).toMatchObject({ visits: 5, done: 2, on: 1, rest: 1, tray: 1, meals: 1, delivered: 1, onDuty: 1 })
  })

  it('keeps what was ordered after the plan in sight, once there is a plan', () => {
    const visits = [visit(3, 60, 30), visit(4, 90, 30, { stops: [] }), visit(5, 90, 30, { stops: [] }), visit(6, 90, 30, { stops: [], state: 'cancelled' })]
    const unserved = [{ visit_id: 4, reason: 'busy', text: '', counts: {} }]
    const plan = { id: 1, version: 1, on_date: '2026-07-16', published_at: null, published_by: null, parts: {} }
    const ids = (board: ReturnType<typeof fromSnapshot>) => untakenOf(board).map(({ visit: one, one: why }) => [one.id, why?.reason ?? null])
    expect(ids(fromSnapshot(snapshot({ visits, unserved, plan })))).toEqual([[4, 'busy'], [5, null]])
    expect(ids(fromSnapshot(snapshot({ visits, unserved: [], plan: null })))).toEqual([])
  })

  it('tells offline terminals by their number, so that a new one is a new line', () => {
    const board = fromSnapshot(snapshot({ terminals: { total: 10, online: 8, low_battery: 0 } }))
    expect(troublesOf(board, [], NOON)[0]).toMatchObject({ kind: 'offline', key: 'offline/2', count: 2 })
  })
})
