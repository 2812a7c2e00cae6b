/** The one reactive home of the board; it applies the pure steps and tells time, it asks the service nothing. */
import { computed, ref, shallowRef } from 'vue'
import type { BoardDay, BoardEvent, Id, Incident, PlanClock, Sla, Snapshot } from '../api/types'
import { fromSnapshot, reduce, withClock, withDay, withIncident, withSla, withoutCallBack, type Board } from './board'
import { planNow } from './time'

const BATCH_MS = 80
/** Incidents shown each by itself within 80 ms; when still more come, the rest is shown together. */
const SINGLY = 8

/** An event's effect outside the board: a sound, a spoken line. */
export type Listener = (event: BoardEvent, before: Board, after: Board) => void

export function createStore() {
  const board = shallowRef<Board | null>(null)
  const offsetMs = ref(0)
  const wall = ref(Date.now())
  const listeners = new Set<Listener>()
  let waiting: BoardEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let spell = { began: 0, shown: 0 }

  const now = computed(() => wall.value + offsetMs.value)
  const planAt = computed(() => {
    const held = board.value
    return held ? planNow(held.clock, held.clockReadMs, now.value) : now.value
  })

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    let held = board.value
    if (!held || waiting.length === 0) return
    const events = waiting
    waiting = []
    for (const event of events) {
      const before: Board = held
      held = reduce(before, event)
      for (const listen of listeners) listen(event, before, held)
    }
    board.value = held
  }

  /** Incidents at once, until everybody calls; movements together, 80 ms later at most: 60 walkers cost one redraw. */
  function take(event: BoardEvent): void {
    waiting.push(event)
    const now = performance.now()
    if (now - spell.began > BATCH_MS) spell = { began: now, shown: 0 }
    if (event.topic.startsWith('incident.') && ++spell.shown <= SINGLY) flush()
    else timer ??= setTimeout(flush, BATCH_MS)
  }

  function load(state: Snapshot): void {
    waiting = []
    wall.value = Date.now()
    offsetMs.value = Date.parse(state.server_time) - wall.value
    board.value = fromSnapshot(state)
  }

  const change = (step: (held: Board) => Board): void => {
    flush()
    if (board.value) board.value = step(board.value)
  }

  return {
    board, now, planAt, offsetMs, load, take,
    tick: () => { wall.value = Date.now() },
    listen: (listener: Listener) => { listeners.add(listener); return () => listeners.delete(listener) },
    incident: (incident: Incident) => change((held) => withIncident(held, incident)),
    day: (day: BoardDay) => change((held) => withDay(held, day)),
    sla: (sla: Sla) => change((held) => withSla(held, sla)),
    clock: (clock: PlanClock) => change((held) => withClock(held, clock, Date.now() + offsetMs.value)),
    calledBack: (id: Id) => change((held) => withoutCallBack(held, id)),
    clear: () => { waiting = []; board.value = null },
  }
}

export type Store = ReturnType<typeof createStore>
