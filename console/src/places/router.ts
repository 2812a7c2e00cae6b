/** Where the console is, kept in the address so that back, reload and a copied link work. */
import { readonly, ref } from 'vue'
import { hashOf, readHash, type PlaceName, type Query, type Route } from './route'

const here = ref<Route>(readHash(location.hash))
addEventListener('hashchange', follow)

export const route = readonly(here)

function follow(): void {
  const next = readHash(location.hash)
  const known = here.value
  if (hashOf(next.place, next.id, next.query) !== hashOf(known.place, known.id, known.query)) here.value = next
}

export function go(place: PlaceName, id: string | number | null = null, query: Query = {}): void {
  const hash = hashOf(place, id, query)
  if (hash !== location.hash) location.hash = hash
  follow()
}

/** Changes filters of the place we are at, without a step in the history. */
export function setQuery(change: Query): void {
  const next: Route = { ...here.value, query: { ...here.value.query, ...change } }
  for (const [key, value] of Object.entries(change)) if (value === '') next.query = without(next.query, key)
  history.replaceState(null, '', hashOf(next.place, next.id, next.query))
  here.value = next
}

const without = (query: Query, gone: string): Query => Object.fromEntries(Object.entries(query).filter(([key]) => key !== gone))

/** From an open row to its list, from a list to the desk. */
export function up(): boolean {
  if (here.value.place === 'desk') return false
  if (here.value.id !== null && history.length > 1) go(here.value.place)
  else go('desk')
  return true
}
