/** One list of a register: pages by cursor, filters in the address, old rows kept while new ones are read. */
import { computed, onUnmounted, reactive, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { asProblem, type Problem } from '../api/http'
import { route, setQuery } from '../places/router'
import type { Query } from '../places/route'

export interface Slice<T> { items: T[]; next: string | null }
export type Ask<T> = (query: Query, cursor: string | null) => Promise<Slice<T>>

const SLOW_MS = 300
/** Rows that are put in order here. */
const MOST_SORTED = 5_000
/** Rows of one sheet. */
const MOST_TAKEN = 20_000

export interface All<T> { rows: T[]; cut: boolean }

/** Every row of a filter for a file, read page by page; stops at a bound and says so. */
export async function allOf<T>(ask: Ask<T>, query: Query, told: (rows: number) => void = () => undefined): Promise<All<T>> {
  const rows: T[] = []
  let cursor: string | null = null
  do {
    const slice: Slice<T> = await ask(query, cursor)
    rows.push(...slice.items)
    cursor = slice.next
    told(rows.length)
  } while (cursor !== null && rows.length < MOST_TAKEN)
  return { rows: rows.slice(0, MOST_TAKEN), cut: cursor !== null || rows.length > MOST_TAKEN }
}

export interface ListFace {
  busy: boolean
  /** The first page takes longer than a blink: bars stand where rows will. */
  slow: boolean
  more: boolean
}

/** `filters` are the names in the address that this list understands. */
export function createList<T>(filters: readonly string[], ask: Ask<T>) {
  const rows = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const face = reactive<ListFace>({ busy: true, slow: false, more: false })
  const problem = shallowRef<Problem | null>(null)
  const query: ComputedRef<Query> = computed(() => Object.fromEntries(filters.flatMap((name) => {
    const value = route.value.query[name]
    return value ? [[name, value]] : []
  })))
  let turn = 0

  async function read(): Promise<void> {
    const mine = ++turn
    const slowly = setTimeout(() => { if (mine === turn) face.slow = true }, SLOW_MS)
    face.busy = true
    try {
      const slice = await ask(query.value, null)
      if (mine !== turn) return
      rows.value = slice.items
      next.value = slice.next
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = asProblem(thrown)
    } finally {
      clearTimeout(slowly)
      if (mine === turn) Object.assign(face, { busy: false, slow: false })
    }
  }

  async function more(): Promise<void> {
    if (next.value === null || face.more) return
    const mine = turn
    face.more = true
    try {
      const slice = await ask(query.value, next.value)
      if (mine !== turn) return
      rows.value = [...rows.value, ...slice.items]
      next.value = slice.next
    } catch (thrown) {
      if (mine === turn) problem.value = asProblem(thrown)
    } finally {
      face.more = false
    }
  }

  /** Reads what is left, a page after the other, so that the rows can be put in order or on paper; false when there are too many or one failed. */
  async function rest(told: (rows: number) => void, most = MOST_SORTED): Promise<boolean> {
    const mine = turn
    while (next.value !== null && mine === turn && rows.value.length < most) {
      const before = rows.value.length
      await more()
      if (rows.value.length === before) return false
      told(rows.value.length)
    }
    return mine === turn && next.value === null
  }

  const everything = (told?: (rows: number) => void): Promise<All<T>> => allOf(ask, query.value, told)

  watch(() => JSON.stringify(query.value), () => void read(), { immediate: true })
  onUnmounted(() => { turn += 1 })
  return { rows, next, face, problem, query, read, more, rest, everything, filter: (name: string, value: string) => setQuery({ [name]: value }) }
}

export type RegisterListOf<T> = ReturnType<typeof createList<T>>
