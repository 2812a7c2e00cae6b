/** Which rows of a list the next verb is for; a row that is shown no more, or may no longer, is not meant. */
import { computed, shallowRef, type Ref } from 'vue'
import type { Id } from '../api/types'

/** `may` says which rows have a tick at all; the service takes `most` at once. */
export function createTicks<T extends { id: Id }>(rows: Ref<readonly T[]>, may: (row: T) => boolean, most: number) {
  const ids = shallowRef<ReadonlySet<Id>>(new Set())
  const open = computed(() => rows.value.filter(may))
  const chosen = computed(() => open.value.filter((one) => ids.value.has(one.id)))
  const has = (row: T): boolean => ids.value.has(row.id)
  const full = computed(() => chosen.value.length >= most)
  function set(row: T, on: boolean): void {
    const next = new Set(chosen.value.map((one) => one.id))
    if (on && next.size < most) next.add(row.id)
    else next.delete(row.id)
    ids.value = next
  }
  const none = (): void => { ids.value = new Set() }
  const all = (): void => { ids.value = new Set(open.value.slice(0, most).map((one) => one.id)) }
  return { open, chosen, full, has, set, none, all }
}
