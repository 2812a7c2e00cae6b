/** Stations and canteens as ink squares with their names. */
import type L from 'leaflet'
import { onScopeDispose, watch, type Ref } from 'vue'
import type { Datum, Site } from '../api/types'
import { canvasLayer } from './canvasLayer'
import { inDatum } from './geo'
import { Crowd, font, haloed, type Box, type Palette } from './paint'

export interface SiteMark { site: Site; letter: string }

/** From this zoom on sites carry their names. */
const NAMED_FROM = 12

/** The room a site takes on the map: its square and its name. */
export function siteBoxes(site: Site, p: { x: number; y: number }, zoom: number): Box[] {
  const square = { x: p.x - 9, y: p.y - 9, w: 18, h: 18 }
  const wide = site.name.length * 12
  return zoom < NAMED_FROM ? [square] : [square, { x: p.x - wide / 2, y: p.y + 11, w: wide, h: 16 }]
}

export function useSites(map: L.Map, sites: Ref<SiteMark[]>, datum: Ref<Datum>, ink: Ref<Palette>): void {
  const layer = canvasLayer(map, 'sites', 360, ({ ctx, width, height, at, seen, zoom }) => {
    ctx.clearRect(0, 0, width, height)
    const crowd = new Crowd()
    ctx.font = font(12)
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    for (const { site, letter } of sites.value) {
      const p = at(inDatum(site.lon, site.lat, site.datum, datum.value))
      if (!seen(p, 20)) continue
      ctx.fillStyle = ink.value('ink1')
      ctx.beginPath()
      ctx.roundRect(p.x - 9, p.y - 9, 18, 18, 2)
      ctx.fill()
      ctx.fillStyle = ink.value('s1')
      ctx.fillText(letter, p.x, p.y + 0.5)
      crowd.keep(siteBoxes(site, p, 0)[0] as Box)
    }
    for (const { site } of sites.value) {
      const p = at(inDatum(site.lon, site.lat, site.datum, datum.value))
      const name = siteBoxes(site, p, zoom)[1]
      if (name && seen(p, 20) && crowd.take(name)) haloed(ctx, site.name, p.x, p.y + 19, ink.value('maptxt'), ink.value('halo'))
    }
  })
  watch([sites, datum, ink], layer.redraw)
  onScopeDispose(layer.remove)
}
