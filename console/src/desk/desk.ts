/** What every panel of the desk shares: the board's derived views, what is selected, who does the verbs. */
import { computed, inject, ref, watch, type InjectionKey } from 'vue'
import { board as boardApi, demo, readiness, type Caller, type Lint } from '../api/endpoints'
import type { Change, Id } from '../api/types'
import type { Feed } from '../feed/socket'
import { numbersOf, rowsOf, troublesOf } from '../state/day'
import { queueOf } from '../state/queue'
import type { Store } from '../state/store'
import { MINUTE, localDate } from '../state/time'
import { createCalls } from './calls'
import { createHandled } from './handled'

/** The promises are counted anew this long after a call moved: once, however many move in the meantime. */
const PROMISES_MS = 300

export type Drawer = 'trouble' | 'tray' | 'plan' | 'visit' | null
export type Sheet = 'keys' | 'find' | 'lint' | 'hotline' | 'drills' | null

export function createDesk(store: Store, feed: Feed) {
  const calls = createCalls(store)
  const caregiverId = ref<Id | null>(null)
  const visitId = ref<Id | null>(null)
  const drawer = ref<Drawer>(null)
  const sheet = ref<Sheet>(null)
  /** Whom the next hotline call is about, when a page already knows. */
  const caller = ref<Caller | null>(null)
  const board = computed(() => store.board.value)
  const lint = ref<Lint | null>(null)
  const unheard = ref<{ id: Id; area_code: string | null; drill: boolean } | null>(null)
  /** Whom the last diversion concerns: they must hear of it. */
  const diverted = ref<Change[] | null>(null)
  store.listen((event) => {
    if (event.topic === 'plan.diverted') diverted.value = event.data['changes'] as Change[]
    if (event.topic === 'incident.unheard') unheard.value = event.data['call'] as typeof unheard.value
  })

  // The plan moves by minutes: rows are laid again when its minute turns or the board changes.
  const planMinute = computed(() => Math.floor(store.planAt.value / MINUTE) * MINUTE)
  const realMinute = computed(() => Math.floor(store.now.value / (MINUTE / 4)) * (MINUTE / 4))
  const queue = computed(() => queueOf(board.value?.incidents.values() ?? []))
  const rows = computed(() => (board.value ? rowsOf(board.value, planMinute.value, realMinute.value) : []))
  const handled = createHandled(computed(() => localDate(store.planAt.value)))
  const allTroubles = computed(() => (board.value ? troublesOf(board.value, rows.value, planMinute.value) : []))
  const troubles = computed(() => allTroubles.value.filter((one) => !handled.keys.value.has(one.key)))
  const numbers = computed(() => (board.value ? numbersOf(board.value, rows.value) : null))

  /** The call that F-keys speak to: the one in focus, else the most urgent waiting, else the oldest handled. */
  const call = computed(() => {
    const focused = calls.focus.value ? board.value?.incidents.get(calls.focus.value) : undefined
    if (focused && focused.state !== 'closed') return focused
    return queue.value.waiting[0] ?? queue.value.handling[0] ?? queue.value.drills[0] ?? null
  })

  watch(() => queue.value.waiting[0]?.id, (id) => { if (id) void calls.read(id) }, { immediate: true })
  watch(() => board.value?.dayIsOld, (old) => {
    if (old) void boardApi.day().then(store.day).catch(() => setTimeout(() => store.board.value?.dayIsOld && void boardApi.day().then(store.day), 3_000))
  })

  // A promise is kept or broken when somebody answers, arrives, or a quarter of a minute passes: the service counts.
  const promised = computed(() => {
    const cases = [...(board.value?.incidents.values() ?? [])]
    return [realMinute.value, ...cases.map((one) => `${one.id}${one.state}`)].join()
  })
  let asking: ReturnType<typeof setTimeout> | undefined
  watch(promised, () => {
    asking ??= setTimeout(() => {
      asking = undefined
      if (board.value) void boardApi.promises().then(store.sla).catch(() => undefined)
    }, PROMISES_MS)
  })

  function selectCaregiver(id: Id | null, visit: Id | null = null): void {
    caregiverId.value = id
    visitId.value = visit
  }

  async function readClock(): Promise<void> {
    if (board.value?.clock.demo) store.clock(await demo.clock())
  }

  /** Asked once a minute; what was found stays on screen while the service cannot be asked. */
  async function readLint(): Promise<void> {
    lint.value = await readiness.lint()
  }

  return {
    lint, unheard, diverted, caller, readLint, store, feed, calls, board, queue, rows, troubles, handled, numbers, call, caregiverId, visitId, drawer, sheet,
    planMinute, realMinute, selectCaregiver, readClock,
    toggle: (which: Drawer) => { drawer.value = drawer.value === which ? null : which },
  }
}

export type Desk = ReturnType<typeof createDesk>
export const DESK: InjectionKey<Desk> = Symbol('desk')

export function useDesk(): Desk {
  const desk = inject(DESK)
  if (!desk) throw new Error('a desk panel was mounted outside the desk')
  return desk
}
