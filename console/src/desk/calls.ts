/** What a dispatcher does with calls: answer, choose, send, mark, close; the service decides who was first. */
import { reactive, ref } from 'vue'
import { incidents, type IncidentDetail } from '../api/endpoints'
import { asProblem, type Problem } from '../api/http'
import type { Id, Incident, Outcome, Responder } from '../api/types'
import { t } from '../i18n'
import { clockHm, ms } from '../state/time'
import type { Store } from '../state/store'

export interface CallDesk {
  busy: string | null
  /** What stands on the card instead of a dialog: who won, or why it was refused. */
  note: { tone: 'lost' | 'bad'; text: string } | null
  responders: Responder[] | null
  reading: boolean
  chosen: Id | null
  assigning: boolean
  closing: boolean
  saying120: boolean
  detail: IncidentDetail | null
  showing: boolean
}

const blank = (): CallDesk => ({
  busy: null, note: null, responders: null, reading: false, chosen: null, assigning: false, closing: false, saying120: false, detail: null, showing: false,
})

export function createCalls(store: Store) {
  const cards = reactive(new Map<Id, CallDesk>())
  const focus = ref<Id | null>(null)

  function card(id: Id): CallDesk {
    const known = cards.get(id)
    if (known) return known
    cards.set(id, blank())
    return cards.get(id) as CallDesk
  }

  function refused(at: CallDesk, problem: Problem): void {
    const winner = problem.body['incident'] as Incident | undefined
    if (winner?.id) store.incident(winner)
    const who = winner?.acknowledged_by?.display
    at.note = problem.code === 'incident.already_acknowledged' && who
      ? { tone: 'lost', text: t.value.queue.lost(who, clockHm(ms(winner.acknowledged_at ?? winner.opened_at))) }
      : { tone: 'bad', text: t.value.queue.failed(problem.message) }
  }

  async function doing(id: Id, what: string, act: () => Promise<Incident>): Promise<boolean> {
    const at = card(id)
    if (at.busy) return false
    at.busy = what
    at.note = null
    try {
      store.incident(await act())
      return true
    } catch (thrown) {
      refused(at, asProblem(thrown))
      return false
    } finally {
      at.busy = null
    }
  }

  /** Answers, and keeps this call in hand: the next F2 is for it, not for another one. */
  async function answer(id: Id): Promise<void> {
    if (await doing(id, 'answer', () => incidents.acknowledge(id))) focus.value = id
  }

  /** Who could go, nearest first; kept on the card, read again on every opening. */
  async function read(id: Id): Promise<void> {
    const at = card(id)
    if (at.reading) return
    at.reading = true
    try {
      at.responders = (await incidents.responders(id)).responders
      at.chosen ??= at.responders.find((one) => one.fit)?.caregiver_id ?? null
    } catch (thrown) {
      at.note = { tone: 'bad', text: t.value.queue.failed(asProblem(thrown).message) }
    } finally {
      at.reading = false
    }
  }

  async function openAssign(id: Id): Promise<void> {
    const at = card(id)
    Object.assign(at, { assigning: true, closing: false, saying120: false })
    focus.value = id
    await read(id)
  }

  function choose(id: Id, digit: number): boolean {
    const one = card(id).responders?.[digit - 1]
    if (!one?.fit) return false
    card(id).chosen = one.caregiver_id
    return true
  }

  /** Sends the chosen one; sending for an unanswered call answers it (the service does both or neither). */
  async function send(incident: Incident): Promise<void> {
    const at = card(incident.id)
    const caregiver = at.chosen
    if (!caregiver) return openAssign(incident.id)
    if (await doing(incident.id, 'send', () => incidents.assign(incident.id, caregiver))) {
      focus.value = incident.id
      Object.assign(at, { assigning: false, chosen: null, responders: null })
    }
  }

  const onScene = (id: Id) => doing(id, 'on_scene', () => incidents.onScene(id))
  const recovering = (id: Id) => doing(id, 'recovering', () => incidents.recovering(id))

  async function close(id: Id, outcome: Outcome, note: string): Promise<void> {
    if (await doing(id, 'close', () => incidents.close(id, outcome, note))) card(id).closing = false
  }

  function openClosing(id: Id): void {
    Object.assign(card(id), { closing: true, assigning: false, saying120: false })
    focus.value = id
  }

  /** Opens the sealed file of this call; the service notes every opening, so it is read only on a press. */
  async function openDetail(id: Id): Promise<void> {
    const at = card(id)
    at.showing = true
    try {
      at.detail = await incidents.one(id)
    } catch (thrown) {
      at.showing = false
      at.note = { tone: 'bad', text: t.value.queue.failed(asProblem(thrown).message) }
    }
  }

  /** Esc: folds what is open on this card; false when nothing was. */
  function fold(id: Id): boolean {
    const at = card(id)
    const open = at.assigning || at.closing || at.saying120 || at.showing
    Object.assign(at, { assigning: false, closing: false, saying120: false, showing: false })
    return open
  }

  return { card, focus, answer, read, openAssign, choose, send, onScene, recovering, close, openClosing, openDetail, fold }
}

export type Calls = ReturnType<typeof createCalls>
