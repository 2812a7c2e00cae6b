/** Ways and stops: next legs thin, the chosen caregiver's whole day, a proposed response; nobody has a colour. */
import type L from 'leaflet'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { Caregiver, Datum, Id, Visit } from '../api/types'
import type { Row } from '../state/day'
import { canvasLayer, type View } from './canvasLayer'
import { inDatum, type LonLat } from './geo'
import { font, stroke, type Palette } from './paint'
import type { Ways } from './roads'

export interface Proposal { from: LonLat; to: LonLat }
export interface RouteScene {
  rows: readonly Row[]
  chosen: Id | null
  visit: Visit | null
  proposals: readonly Proposal[]
  responses: readonly Proposal[]
  visits: readonly Visit[]
  ways: Ways | null
}

type Point = { x: number; y: number }
const CLUSTER_PX = 84
const CLUSTER_BELOW_ZOOM = 14.5

const placeOf = (one: { lon: number; lat: number; datum: Datum }, datum: Datum): LonLat => inDatum(one.lon, one.lat, one.datum, datum)
const isHere = (one: Caregiver): one is Caregiver & { lon: number; lat: number } => one.lon !== null && one.lat !== null

function wayOf(view: View, scene: RouteScene, from: LonLat, to: LonLat, here?: LonLat): Point[] {
  if (!scene.ways) return [view.at(here ?? from), view.at(to)]
  return (here ? scene.ways.rest(from, to, here) : scene.ways.between(from, to)).map(view.at)
}

/** Where this caregiver's present leg began: the last stop behind, else where he is. */
function legStart(blocks: Row['blocks'], upTo: Visit, datum: Datum): LonLat | null {
  const before = blocks.slice(0, blocks.findIndex((block) => block.visit?.id === upTo.id)).reverse().find((block) => block.visit)
  return before?.visit ? placeOf(before.visit, datum) : null
}

function nextLegs(view: View, scene: RouteScene, datum: Datum, ink: Palette): void {
  for (const { caregiver, blocks } of scene.rows) {
    if (caregiver.id === scene.chosen || caregiver.state !== 'moving' || !isHere(caregiver)) continue
    const next = blocks.find((block) => block.visit && (block.look === 'plan' || block.look === 'late' || block.look === 'shift'))
    if (!next?.visit) continue
    const here = placeOf(caregiver, datum)
    const line = wayOf(view, scene, legStart(blocks, next.visit, datum) ?? here, placeOf(next.visit, datum), here)
    const late = next.look === 'late'
    if (late) stroke(view.ctx, line, ink('halo'), 5)
    stroke(view.ctx, line, ink(late ? 'warn' : 'ink3'), late ? 2.4 : 1.6)
  }
}

function chosenRoute(view: View, scene: RouteScene, datum: Datum, ink: Palette): void {
  const row = scene.rows.find((one) => one.caregiver.id === scene.chosen)
  if (!row) return
  const stops = row.blocks.flatMap((block) => (block.run.length ? block.run : block.visit ? [block.visit] : []).map((visit) => ({ visit, look: block.look })))
  const points = stops.map(({ visit }) => view.at(placeOf(visit, datum)))
  const isBehind = (n: number): boolean => ['finished', 'confirmed', 'arrived', 'in_service'].includes(stops[n]?.visit.state ?? '')
  const first = stops.findIndex((_, n) => !isBehind(n))
  const places = stops.map(({ visit }) => placeOf(visit, datum))
  const chain = (list: readonly LonLat[]): Point[] => list.slice(1).flatMap((to, n) => wayOf(view, scene, list[n] as LonLat, to))
  const done = places.slice(0, first < 0 ? places.length : first)
  stroke(view.ctx, chain(done), ink('edge'), 2.6)
  if (first >= 0) {
    stroke(view.ctx, chain(places.slice(first)), ink('tide'), 2.2, [4, 4])
    const here = isHere(row.caregiver) ? placeOf(row.caregiver, datum) : done[done.length - 1]
    const to = places[first]
    if (here && to) {
      const line = wayOf(view, scene, done[done.length - 1] ?? here, to, here)
      const late = stops[first]?.look === 'late'
      stroke(view.ctx, line, ink('halo'), 8)
      stroke(view.ctx, line, ink(late ? 'warn' : 'tide'), 3.4, row.caregiver.state === 'moving' ? [] : [4, 4])
    }
  }
  stops.forEach((_, n) => numbered(view, points[n] as Point, String(n + 1), isBehind(n), ink))
}

function numbered({ ctx }: View, p: Point, text: string, done: boolean, ink: Palette): void {
  disc(ctx, p, 8, ink('s1'), ink(done ? 'line2' : 'tide'), 2)
  ctx.font = font(12)
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillStyle = ink(done ? 'ink3' : 'tide')
  ctx.fillText(text, p.x, p.y + 0.5)
}

function disc(ctx: CanvasRenderingContext2D, p: Point, radius: number, fill: string, edge: string, width: number): void {
  ctx.beginPath()
  ctx.arc(p.x, p.y, radius, 0, Math.PI * 2)
  ctx.fillStyle = fill
  ctx.fill()
  ctx.strokeStyle = edge
  ctx.lineWidth = width
  ctx.stroke()
}

/** Stops of the day in squares of 84 px: count inside, ring shows done and under way. */
function clusters(view: View, scene: RouteScene, datum: Datum, ink: Palette): void {
  const cells = new Map<string, { x: number; y: number; n: number; done: number; on: number }>()
  for (const visit of scene.visits) {
    if (visit.state === 'cancelled') continue
    const p = view.at(placeOf(visit, datum))
    if (!view.seen(p, 0)) continue
    const key = `${Math.floor(p.x / CLUSTER_PX)}/${Math.floor(p.y / CLUSTER_PX)}`
    const cell = cells.get(key) ?? { x: 0, y: 0, n: 0, done: 0, on: 0 }
    cell.x += p.x
    cell.y += p.y
    cell.n += 1
    if (visit.state === 'finished' || visit.state === 'confirmed') cell.done += 1
    if (visit.state === 'arrived' || visit.state === 'in_service') cell.on += 1
    cells.set(key, cell)
  }
  const people = scene.rows.flatMap((row) => (row.caregiver.state !== 'off' && isHere(row.caregiver) ? [view.at(placeOf(row.caregiver, datum))] : []))
  for (const cell of cells.values()) {
    const p = { x: cell.x / cell.n, y: cell.y / cell.n }
    if (cell.n < 4 || people.some((one) => Math.hypot(one.x - p.x, one.y - p.y) < 22)) continue
    cluster(view, p, cell.n, cell.done / cell.n, cell.on / cell.n, ink)
  }
}

function cluster({ ctx }: View, p: Point, count: number, done: number, on: number, ink: Palette): void {
  disc(ctx, p, 13.5, ink('s1'), ink('line2'), 1)
  const arc = (from: number, to: number, colour: string): void => {
    ctx.beginPath()
    ctx.arc(p.x, p.y, 11, -Math.PI / 2 + from * Math.PI * 2, -Math.PI / 2 + to * Math.PI * 2)
    ctx.strokeStyle = colour
    ctx.lineWidth = 3.4
    ctx.lineCap = 'butt'
    ctx.stroke()
  }
  arc(0, 1, ink('s3'))
  if (done > 0) arc(0, done, ink('line2'))
  if (on > 0) arc(done, done + on, ink('tide'))
  ctx.font = font(12)
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillStyle = ink('ink1')
  ctx.fillText(String(count), p.x, p.y + 0.5)
}

function singles(view: View, scene: RouteScene, datum: Datum, ink: Palette): void {
  for (const visit of scene.visits) {
    const p = view.at(placeOf(visit, datum))
    if (!view.seen(p, 6)) continue
    const done = visit.state === 'finished' || visit.state === 'confirmed'
    const on = visit.state === 'arrived' || visit.state === 'in_service'
    disc(view.ctx, p, 4, ink(done ? 's3' : on ? 'tide' : 's1'), ink(on ? 'tide' : 'edge'), 1.4)
  }
}

export function useRoutes(map: L.Map, scene: Ref<RouteScene>, datum: Ref<Datum>, ink: Ref<Palette>): void {
  const layer = canvasLayer(map, 'routes', 300, (view) => {
    const { ctx, width, height } = view
    const now = scene.value
    ctx.clearRect(0, 0, width, height)
    nextLegs(view, now, datum.value, ink.value)
    if (view.zoom < CLUSTER_BELOW_ZOOM) clusters(view, now, datum.value, ink.value)
    else singles(view, now, datum.value, ink.value)
    chosenRoute(view, now, datum.value, ink.value)
    for (const { from, to } of now.responses) {
      const line = wayOf(view, now, from, to)
      stroke(ctx, line, ink.value('halo'), 7)
      stroke(ctx, line, ink.value('tide'), 3.4)
    }
    for (const { from, to } of now.proposals) {
      const line = wayOf(view, now, from, to)
      stroke(ctx, line, ink.value('halo'), 8)
      stroke(ctx, line, ink.value('alarm'), 4, [8, 4])
    }
    if (now.visit) disc(ctx, view.at(placeOf(now.visit, datum.value)), 8, ink.value('s1'), ink.value('tide'), 3)
  })
  watch([scene, datum, ink], layer.redraw)
  onScopeDispose(layer.remove)
}
