/** Caregivers as surname circles by state; a press near one chooses it. */
import type L from 'leaflet'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { Caregiver, Datum, Id } from '../api/types'
import { canvasLayer } from './canvasLayer'
import { inDatum } from './geo'
import { font, type Palette } from './paint'

export interface CaregiverMark { caregiver: Caregiver; late: boolean; note: string; old: boolean; chosen: boolean }

const RADIUS = 11
const NEAR_PX = 16

function inks(mark: CaregiverMark, ink: Palette): [string, string, string] {
  if (mark.late) return [ink('warn-f'), ink('warn'), ink('on-warn')]
  if (mark.old) return [ink('s1'), ink('ink3'), ink('ink3')]
  switch (mark.caregiver.state) {
    case 'serving': return [ink('tide'), ink('tide'), ink('on-tide')]
    case 'moving': return [ink('s1'), ink('tide'), ink('tide')]
    case 'responding': return [ink('s1'), ink('alarm'), ink('alarm')]
    default: return [ink('s1'), ink('edge'), ink('ink1')]
  }
}

export function useCaregivers(
  map: L.Map, marks: Ref<CaregiverMark[]>, shown: Ref<boolean>, datum: Ref<Datum>, ink: Ref<Palette>, choose: (id: Id | null) => void,
): void {
  const layer = canvasLayer(map, 'caregivers', 400, ({ ctx, width, height, at, seen }) => {
    ctx.clearRect(0, 0, width, height)
    if (!shown.value) return
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    ctx.font = font(12)
    const order = [...marks.value].sort((a, b) => weight(a) - weight(b))
    for (const mark of order) {
      const { lon, lat, datum: from } = mark.caregiver
      if (lon === null || lat === null) continue
      const p = at(inDatum(lon, lat, from, datum.value))
      if (!seen(p, 40)) continue
      const [fill, edge, text] = inks(mark, ink.value)
      if (mark.chosen) circle(ctx, p, RADIUS + 4, ink.value('halo'), ink.value('ink1'), 2, [])
      circle(ctx, p, RADIUS, fill, edge, 2, mark.old ? [3, 3] : [])
      ctx.fillStyle = text
      ctx.fillText(mark.caregiver.surname.slice(0, 2), p.x, p.y + 0.5)
      if (mark.note) tag(ctx, p, mark.note, ink.value)
    }
  })

  function onPress(event: L.LeafletMouseEvent): void {
    if (!shown.value) return
    let best: { id: Id; far: number } | null = null
    for (const { caregiver } of marks.value) {
      if (caregiver.lon === null || caregiver.lat === null) continue
      const [lon, lat] = inDatum(caregiver.lon, caregiver.lat, caregiver.datum, datum.value)
      const far = map.latLngToContainerPoint([lat, lon]).distanceTo(event.containerPoint)
      if (far <= NEAR_PX && (!best || far < best.far)) best = { id: caregiver.id, far }
    }
    if (best) choose(best.id)
  }

  map.on('click', onPress)
  watch([marks, shown, datum, ink], layer.redraw)
  onScopeDispose(() => { map.off('click', onPress); layer.remove() })
}

const weight = (mark: CaregiverMark): number =>
  (mark.chosen ? 8 : 0) + (mark.caregiver.state === 'responding' ? 4 : 0) + (mark.late ? 2 : 0) + (mark.caregiver.state === 'idle' ? 0 : 1)

function circle(ctx: CanvasRenderingContext2D, p: { x: number; y: number }, r: number, fill: string, edge: string, width: number, dash: number[]): void {
  ctx.beginPath()
  ctx.arc(p.x, p.y, r, 0, Math.PI * 2)
  ctx.fillStyle = fill
  ctx.fill()
  ctx.setLineDash(dash)
  ctx.strokeStyle = edge
  ctx.lineWidth = width
  ctx.stroke()
  ctx.setLineDash([])
}

function tag(ctx: CanvasRenderingContext2D, p: { x: number; y: number }, text: string, ink: Palette): void {
  const wide = ctx.measureText(text).width + 10
  ctx.beginPath()
  ctx.roundRect(p.x + 13, p.y - 9, wide, 18, 3)
  ctx.fillStyle = ink('s1')
  ctx.fill()
  ctx.strokeStyle = ink('line2')
  ctx.lineWidth = 1
  ctx.stroke()
  ctx.fillStyle = ink('ink1')
  ctx.fillText(text, p.x + 13 + wide / 2, p.y + 0.5)
}
