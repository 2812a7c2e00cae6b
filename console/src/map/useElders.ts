/** Where the elders live, as texture: small quiet dots, nothing to press. */
import type L from 'leaflet'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { Datum } from '../api/types'
import { canvasLayer } from './canvasLayer'
import { inDatum, type LonLat } from './geo'
import type { Palette } from './paint'

export interface ElderPoints { datum: Datum; points: [number, number][] }

export function useElders(map: L.Map, elders: Ref<ElderPoints | null>, shown: Ref<boolean>, datum: Ref<Datum>, ink: Ref<Palette>): void {
  let places: LonLat[] = []
  const layer = canvasLayer(map, 'elders', 250, ({ ctx, width, height, at, seen, zoom }) => {
    ctx.clearRect(0, 0, width, height)
    if (!shown.value) return
    ctx.globalAlpha = zoom >= 15 ? 0.8 : 0.5
    ctx.fillStyle = ink.value('elder')
    const radius = zoom >= 15 ? 3 : 1.35
    ctx.beginPath()
    for (const place of places) {
      const p = at(place)
      if (!seen(p, 4)) continue
      ctx.moveTo(p.x + radius, p.y)
      ctx.arc(p.x, p.y, radius, 0, Math.PI * 2)
    }
    ctx.fill()
    ctx.globalAlpha = 1
  })
  watch([elders, datum], () => {
    places = (elders.value?.points ?? []).map(([lon, lat]) => inDatum(lon, lat, elders.value?.datum ?? 'wgs84', datum.value))
    layer.redraw()
  }, { immediate: true })
  watch([ink, shown], layer.redraw)
  onScopeDispose(layer.remove)
}
