/** The Leaflet map itself: born with a view, follows its box, moves only when a person asks. */
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import { onBeforeUnmount, ref, shallowRef, type Ref } from 'vue'
import type { Basemap } from '../api/types'
import type { LonLat } from './geo'

export function createMap(home: HTMLElement) {
  const map = L.map(home, {
    preferCanvas: true, zoomControl: false, attributionControl: false, zoomAnimation: false, fadeAnimation: false, inertia: false,
    markerZoomAnimation: false, maxBoundsViscosity: 1, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 9, maxZoom: 18, keyboard: true, boxZoom: true,
  })
  map.setView([37.46, 121.44], 12)
  const turn = ref(0)
  const moved = (): void => { turn.value += 1 }
  map.on('move zoom resize', moved)
  const watcher = new ResizeObserver(() => map.invalidateSize({ pan: false }))
  watcher.observe(home)
  let tiles: L.TileLayer | null = null

  onBeforeUnmount(() => { watcher.disconnect(); map.remove() })

  /** Shows all these places; does nothing without any. */
  function fit(places: readonly LonLat[]): void {
    if (places.length === 0) return
    map.fitBounds(L.latLngBounds(places.map(([lon, lat]) => L.latLng(lat, lon))), { padding: [24, 30], animate: false, maxZoom: 15 })
  }

  return {
    map, turn, fit,
    /** A drawn town ends somewhere: the view stays near it. */
    keepNear: ([west, south, east, north]: [number, number, number, number]): void => {
      const town = L.latLngBounds([south, west], [north, east])
      map.setMaxBounds(town.pad(0.06))
      map.setMinZoom(Math.max(9, map.getBoundsZoom(town, true) - 0.25))
    },
    showTiles: (base: Basemap | null): void => {
      tiles?.remove()
      tiles = base?.tile_url ? L.tileLayer(base.tile_url, { maxZoom: 18 }).addTo(map) : null
    },
    goTo: ([lon, lat]: LonLat): void => {
      if (!map.getBounds().pad(-0.15).contains([lat, lon])) map.setView([lat, lon], map.getZoom(), { animate: false })
    },
  }
}

export type Chart = ReturnType<typeof createMap>
export const chartRef = (): Ref<Chart | null> => shallowRef<Chart | null>(null)
