/** The areas in scope, asked for once; names of codes and the choice of a filter. */
import { computed, shallowRef } from 'vue'
import { elders, type Area } from '../api/elders'

const areas = shallowRef<Area[]>([])
let asked = false

export function useAreas() {
  if (!asked) {
    asked = true
    elders.areas().then((found) => { areas.value = found }).catch(() => { asked = false })
  }
  const byCode = computed(() => new Map(areas.value.map((one) => [one.code, one.name])))
  return { areas, nameOf: (code: string): string => byCode.value.get(code) ?? code }
}
