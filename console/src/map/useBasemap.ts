/** The chart itself: sea with depth, land, hills, water, roads and their names; it draws no person. */
import type L from 'leaflet'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { Basemap, Datum } from '../api/types'
import { canvasLayer, type View } from './canvasLayer'
import { inDatum, type LonLat } from './geo'
import { alongLine, Crowd, font, haloed, stroke, trace, type Ink, type Palette } from './paint'
import { siteBoxes, type SiteMark } from './useSites'

type Road = { name: string; class: 0 | 1 | 2; line: LonLat[] }
interface Chart { coast: LonLat[][]; hills: LonLat[][]; water: LonLat[][]; roads: Road[]; labels: Basemap['labels'] }

function inMapDatum(base: Basemap, datum: Datum): Chart {
  const move = (line: readonly (readonly [number, number])[]): LonLat[] => line.map(([lon, lat]) => inDatum(lon, lat, base.datum, datum))
  return {
    coast: base.coast.map(move), hills: base.hills.map(move), water: base.water.map(move),
    roads: base.roads.map((road) => ({ ...road, line: move(road.line) })),
    labels: base.labels.map((label) => {
      const [lon, lat] = inDatum(label.lon, label.lat, base.datum, datum)
      return { ...label, lon, lat }
    }),
  }
}

const isRing = (line: readonly LonLat[]): boolean => {
  const a = line[0]
  const b = line[line.length - 1]
  return line.length > 3 && a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1]
}

function drawGround({ ctx, width, height, at, zoom }: View, chart: Chart, ink: Palette): void {
  ctx.fillStyle = ink('sea0')
  ctx.fillRect(0, 0, width, height)
  const land = new Path2D()
  for (const ring of chart.coast) {
    ring.forEach((place, n) => { const p = at(place); if (n === 0) land.moveTo(p.x, p.y); else land.lineTo(p.x, p.y) })
    land.closePath()
  }
  ctx.lineJoin = 'round'
  for (const [wide, colour] of [[150, 'sea1'], [92, 'sea2'], [40, 'sea3']] as const) {
    ctx.strokeStyle = ink(colour)
    ctx.lineWidth = wide
    ctx.stroke(land)
  }
  ctx.fillStyle = ink('land')
  ctx.fill(land)
  ctx.save()
  ctx.clip(land)
  chart.hills.forEach((hill, n) => {
    const points = hill.map(at)
    ctx.beginPath()
    trace(ctx, points, true)
    ctx.fillStyle = ink('hill')
    ctx.fill()
    const middle = points.reduce((sum, p) => ({ x: sum.x + p.x / points.length, y: sum.y + p.y / points.length }), { x: 0, y: 0 })
    ctx.beginPath()
    trace(ctx, points.map((p) => ({ x: middle.x + (p.x - middle.x) * 0.58 + (n % 3) * 2, y: middle.y + (p.y - middle.y) * 0.58 })), true)
    ctx.fillStyle = ink('hill2')
    ctx.fill()
  })
  for (const line of chart.water) {
    const points = line.map(at)
    if (isRing(line)) { ctx.beginPath(); trace(ctx, points, true); ctx.fillStyle = ink('sea1'); ctx.fill() }
    else stroke(ctx, points, ink('sea1'), zoom < 12 ? 3 : 5)
  }
  ctx.restore()
  ctx.strokeStyle = ink('coast')
  ctx.lineWidth = 1.2
  ctx.stroke(land)
}

function drawRoads(view: View, chart: Chart, ink: Palette): void {
  const scale = view.zoom < 11.5 ? 0.45 : view.zoom < 12.75 ? 0.7 : view.zoom < 15 ? 1 : 1.5
  const lines = chart.roads.map((road) => ({ road, points: road.line.map(view.at) })).filter(({ points }) => points.some((p) => view.seen(p, 40)) || points.length < 8)
  const widths: [number, number, Ink, Ink][] = [[8, 6, 'road0c', 'road0'], [5.4, 3.8, 'road1c', 'road1']]
  if (view.zoom >= 12) for (const { road, points } of lines) if (road.class === 2) stroke(view.ctx, points, ink('road2'), 2.2 * scale)
  for (const cased of [true, false]) {
    for (const cls of [1, 0] as const) {
      const [outer, inner, edge, body] = widths[cls] as [number, number, Ink, Ink]
      for (const { road, points } of lines) if (road.class === cls) stroke(view.ctx, points, ink(cased ? edge : body), (cased ? outer : inner) * scale)
    }
  }
}

/** How far a name may step aside, in px, before it is left out. */
const ASIDE = [0, -20, 22, -38, 40]

function drawNames(view: View, chart: Chart, sites: readonly SiteMark[], datum: Datum, ink: Palette): void {
  const { ctx } = view
  const crowd = new Crowd()
  for (const { site } of sites) {
    for (const box of siteBoxes(site, view.at(inDatum(site.lon, site.lat, site.datum, datum)), view.zoom)) crowd.keep(box)
  }
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  for (const label of chart.labels) {
    const p = view.at([label.lon, label.lat])
    const gap = label.kind === 'sea' ? 8 : 4
    ctx.font = font(label.kind === 'sea' ? 13 : 12)
    const step = 12 + gap
    const wide = label.text.length * step
    if (p.x < wide / 2 || p.x > view.width - wide / 2 || !view.seen(p, 0)) continue
    const dy = ASIDE.find((step) => crowd.take({ x: p.x - wide / 2, y: p.y - 9 + step, w: wide, h: 18 }))
    if (dy === undefined) continue
    Array.from(label.text).forEach((letter, n) => {
      haloed(ctx, letter, p.x - wide / 2 + step * (n + 0.5), p.y + dy, ink(label.kind === 'sea' ? 'sealab' : 'maptxt'), ink(label.kind === 'sea' ? 'sea1' : 'halo'))
    })
  }
  ctx.font = font(12)
  const named = chart.roads.filter((road) => road.name && (road.class === 0 || view.zoom >= (road.class === 1 ? 12.5 : 14.5))).sort((a, b) => a.class - b.class)
  for (const road of named) drawRoadName(view, road, crowd, ink)
}

function drawRoadName(view: View, road: Road, crowd: Crowd, ink: Palette): void {
  const { ctx } = view
  const inside = road.line.map(view.at).filter((p) => view.seen(p, 0))
  for (const share of [0.5, 0.3, 0.7]) {
    const letters = alongLine(inside, road.name, 13, share)
    if (!letters) continue
    const xs = letters.map((one) => one.x)
    const ys = letters.map((one) => one.y)
    const box = { x: Math.min(...xs) - 8, y: Math.min(...ys) - 8, w: Math.max(...xs) - Math.min(...xs) + 16, h: Math.max(...ys) - Math.min(...ys) + 16 }
    if (!crowd.take(box)) continue
    letters.forEach((one, n) => {
      ctx.save()
      ctx.translate(one.x, one.y)
      ctx.rotate(one.angle)
      haloed(ctx, Array.from(road.name)[n] ?? '', 0, 0, ink('maptxt'), ink('halo'))
      ctx.restore()
    })
    return
  }
}

export function useBasemap(map: L.Map, base: Ref<Basemap | null>, sites: Ref<readonly SiteMark[]>, datum: Ref<Datum>, ink: Ref<Palette>): void {
  let chart: Chart | null = null
  const layer = canvasLayer(map, 'chart', 200, (view) => {
    if (!chart) {
      view.ctx.clearRect(0, 0, view.width, view.height)
      return
    }
    drawGround(view, chart, ink.value)
    drawRoads(view, chart, ink.value)
    drawNames(view, chart, sites.value, datum.value, ink.value)
  })
  watch([base, datum], () => {
    chart = base.value && !base.value.tile_url ? inMapDatum(base.value, datum.value) : null
    layer.redraw()
  }, { immediate: true })
  watch([ink, sites], layer.redraw)
  onScopeDispose(layer.remove)
}
