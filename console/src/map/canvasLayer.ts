/** One canvas in one pane of the map, drawn again when the view or its data changes; it keeps no data itself. */
import L from 'leaflet'
import type { LonLat } from './geo'

const PAD = 0.2

export interface View {
  ctx: CanvasRenderingContext2D
  width: number
  height: number
  zoom: number
  /** Canvas pixels of a place that is already in the map's datum. */
  at(place: LonLat): { x: number; y: number }
  /** Inside the drawn area, give or take `margin` pixels. */
  seen(point: { x: number; y: number }, margin: number): boolean
}

export interface CanvasLayer { redraw(): void; remove(): void }

export function canvasLayer(map: L.Map, pane: string, zIndex: number, draw: (view: View) => void): CanvasLayer {
  const home = map.getPane(pane) ?? map.createPane(pane)
  home.style.zIndex = String(zIndex)
  home.style.pointerEvents = 'none'
  const canvas = L.DomUtil.create('canvas', 'leaflet-zoom-hide', home)
  const ctx = canvas.getContext('2d')
  let frame = 0

  function paint(): void {
    frame = 0
    const size = map.getSize()
    if (!ctx || size.x === 0 || size.y === 0) return
    const pad = L.point(Math.round(size.x * PAD), Math.round(size.y * PAD))
    const origin = map.containerPointToLayerPoint(pad.multiplyBy(-1)).round()
    const width = size.x + pad.x * 2
    const height = size.y + pad.y * 2
    const ratio = Math.min(2, window.devicePixelRatio || 1)
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    L.DomUtil.setPosition(canvas, origin)
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
    draw({
      ctx, width, height, zoom: map.getZoom(),
      at: (place) => map.latLngToLayerPoint([place[1], place[0]]).subtract(origin),
      seen: (p, margin) => p.x > -margin && p.y > -margin && p.x < width + margin && p.y < height + margin,
    })
  }

  const redraw = (): void => { if (frame === 0) frame = requestAnimationFrame(paint) }
  map.on('moveend zoomend resize viewreset', redraw)
  redraw()
  return {
    redraw,
    remove: () => {
      map.off('moveend zoomend resize viewreset', redraw)
      cancelAnimationFrame(frame)
      canvas.remove()
    },
  }
}
