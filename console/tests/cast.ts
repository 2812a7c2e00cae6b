/** A small invented cast for the tests: one caregiver, her visits, one call. */
import type { Caregiver, Incident, Snapshot, Visit } from '../src/api/types'

export const NOON = Date.parse('2026-07-16T04:00:00Z')
export const MIN = 60_000
export const iso = (ms: number): string => new Date(ms).toISOString()

export const lin = (change: Partial<Caregiver> = {}): Caregiver => ({
  id: 1, name: '林**', surname: '林', level: 3, mode: 'ebike', station_id: 1, state: 'moving', lon: 121.4, lat: 37.4, datum: 'wgs84', position_at: iso(NOON),
  shift: { from: iso(NOON - 240 * MIN), to: iso(NOON + 300 * MIN) }, break: null, ...change,
})

/** A visit planned `from` minutes after noon for `long` minutes, twelve minutes of travel before it. */
export function visit(id: number, from: number, long: number, change: Partial<Visit> = {}, caregiver = 1): Visit {
  const start = NOON + from * MIN
  return {
    id, elder_id: id, name: '陈**', family: 'bath', item: '助浴', people: 1, state: 'accepted', address: '山海路 1 号', lon: 121.41, lat: 37.41, datum: 'wgs84',
    window: [iso(start - 30 * MIN), iso(start + 30 * MIN)], duration_min: long,
    stops: [{ caregiver_id: caregiver, position: 0, arrive_at: iso(start), start_at: iso(start), finish_at: iso(start + long * MIN), travel_s: 720, distance_m: 1500, pinned: false }],
    en_route_at: null, arrived_at: null, started_at: null, finished_at: null, ...change,
  }
}

export const call = (id: number, change: Partial<Incident> = {}): Incident => ({
  id, kind: 'sos', playbook: 'person', severity: 3, state: 'open', drill: false, opened_at: iso(NOON), last_alert_at: iso(NOON), presses: 1, press_times: [iso(NOON)], elder: null, terminal_id: 'T-1', place: null,
  station_id: 1, provider_id: 1, acknowledged_at: null, acknowledged_by: null, assigned_at: null, assigned_to: null, on_scene_at: null, recovering_at: null, closed_at: null, outcome: null, note: null, rung: 0, next_rung: null, ...change,
})

export const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  server_time: iso(NOON), clock: { demo: true, speed: 1, paused: false, at: iso(NOON) }, me: { id: 1, name: 'wu', display: '吴**', role: 'dispatcher', areas: [] }, title: '莱山区', incidents: [], caregivers: [lin()], visits: [],
  plan: null, unserved: [], stations: [], canteens: [], terminals: { total: 10, online: 10, low_battery: 0 }, duty: [], sla: { answered_60: [0, 0], on_site_45: [0, 0], on_time: [0, 0] }, ...change,
})
