/** What a dispatcher does with calls: answer, choose, send, mark, close; the service decides who was first. */
import { reactive, ref } from 'vue'
import { incidents, type IncidentDetail, type Lost } from '../api/endpoints'
import { asProblem, type Problem } from '../api/http'
import type { BoardEvent, Id, Incident, Outcome, Responder } from '../api/types'
import { t } from '../i18n'
import { clockHm, ms } from '../state/time'
import type { Board } from '../state/board'
import type { Store } from '../state/store'

export interface CallDesk {
  busy: string | null
  /** What stands on the card instead of a dialog: who won, or why it was refused. */
  note: { tone: 'lost' | 'bad'; text: string } | null
  /** Whom the service would not send; sending all the same takes a second, named press. */
  unfit: { caregiver: Id } | null
  responders: Responder[] | null
  reading: boolean
  chosen: Id | null
  assigning: boolean
  closing: boolean
  saying120: boolean
  detail: IncidentDetail | null
  lost: Lost | null
  showing: boolean
}

const blank = (): CallDesk => ({
  busy: null, note: null, unfit: null, responders: null, reading: false, chosen: null, assigning: false, closing: false, saying120: false, detail: null, lost: null, showing: false,
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
      : { tone: 'bad', text: why(problem) }
  }

  /** The refusal in the language in use where its code is known, else as the service put it. */
  function why(problem: Problem): string {
    if (problem.code === 'incident.responder_unfit') return t.value.assign.unfit(String(problem.body['why'] ?? ''))
    return t.value.queue.failed(t.value.problem[problem.code as keyof typeof t.value.problem] ?? problem.message)
  }

  /** What a phone answered to being sent; the card itself only says who was sent. */
  function heard(event: BoardEvent, after: Board): void {
    const incident = event.data['incident'] as Incident | undefined
    const known = incident && after.incidents.get(incident.id)
    if (!known) return
    const at = card(known.id)
    const to = known.assigned_to?.name
    if (event.data['lost']) at.lost = event.data['lost'] as Lost
    if (event.topic === 'incident.accepted' && to) at.note = { tone: 'lost', text: t.value.queue.accepted(to) }
    if (event.topic === 'incident.declined') at.note = { tone: 'bad', text: t.value.queue.declined(String(event.data['who'] ?? ''), String(event.data['why'] ?? '')) }
    if (event.topic === 'incident.on_scene' || event.topic === 'incident.assigned') at.note = null
  }
  store.listen((event, _before, after) => { if (event.topic.startsWith('incident.')) heard(event, after) })

  async function doing(id: Id, what: string, act: () => Promise<Incident>, onRefusal?: (problem: Problem) => void): Promise<boolean> {
    const at = card(id)
    if (at.busy) return false
    at.busy = what
    at.note = null
    at.unfit = null
    try {
      store.incident(await act())
      return true
    } catch (thrown) {
      refused(at, asProblem(thrown))
      onRefusal?.(asProblem(thrown))
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
      at.note = { tone: 'bad', text: why(asProblem(thrown)) }
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
  async function send(incident: Incident, despite = false): Promise<void> {
    const at = card(incident.id)
    const caregiver = despite ? (at.unfit?.caregiver ?? null) : at.chosen
    if (!caregiver) return openAssign(incident.id)
    if (await doing(incident.id, 'send', () => incidents.assign(incident.id, caregiver, despite), (problem) => {
      if (problem.code === 'incident.responder_unfit') at.unfit = { caregiver }
    })) {
      focus.value = incident.id
      Object.assign(at, { assigning: false, chosen: null, responders: null })
    }
  }

  /** Sends the chosen one, and has the visits that would wait planned anew. */
  async function divert(incident: Incident): Promise<void> {
    const at = card(incident.id)
    const caregiver = at.chosen
    if (!caregiver) return openAssign(incident.id)
    if (await doing(incident.id, 'send', async () => (await incidents.divert(incident.id, caregiver)).incident)) {
      focus.value = incident.id
      Object.assign(at, { assigning: false, chosen: null, responders: null, note: { tone: 'lost', text: t.value.ready.diverting } })
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
      at.lost = at.detail.lost ?? at.lost
    } catch (thrown) {
      at.showing = false
      at.note = { tone: 'bad', text: why(asProblem(thrown)) }
    }
  }

  /** Esc: folds what is open on this card; false when nothing was. */
  function fold(id: Id): boolean {
    const at = card(id)
    const open = at.assigning || at.closing || at.saying120 || at.showing
    Object.assign(at, { assigning: false, closing: false, saying120: false, showing: false, unfit: null })
    return open
  }

  return { card, focus, answer, read, openAssign, choose, send, divert, onScene, recovering, close, openClosing, openDetail, fold }
}

export type Calls = ReturnType<typeof createCalls>
