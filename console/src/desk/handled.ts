/** Which exceptions this desk has noted today; kept in the browser for the day, told to nobody. */
import { ref, watch, type Ref } from 'vue'

const KEPT = 'unwalled.handled'

function load(day: string): Set<string> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as { day?: string; keys?: string[] }
    return new Set(kept.day === day ? kept.keys : [])
  } catch {
    return new Set()
  }
}

export function createHandled(day: Ref<string>) {
  const keys = ref<Set<string>>(load(day.value))
  watch(day, (next) => { keys.value = load(next) })
  function note(key: string): void {
    keys.value = new Set(keys.value).add(key)
    localStorage.setItem(KEPT, JSON.stringify({ day: day.value, keys: [...keys.value] }))
  }
  return { keys, note }
}
