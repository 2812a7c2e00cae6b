/** Which key does what: `g` and a letter everywhere, the F-keys everywhere, the desk's letters on the desk. */
import { nextTick } from 'vue'
import { isTyping, listenKeys } from '../keys'
import type { Sound } from '../sound/sound'
import { goStep, type GoState, type PlaceName } from '../places/route'
import { anySheet, closeTopSheet } from '../ui/sheets'
import { flipTheme } from '../ui/theme'
import type { Desk } from './desk'
import { focusPanel, PANELS } from './focus'
import { HOLD_120_MS, holdStart, holdStop } from './hold'

/** Keys that mean the same on every page; those at the calls bring the desk up first. */
const EVERYWHERE = new Set(['F1', 'F2', 'F3', 'F9', 'J', 'K', 'Escape', 'N', 'R', '/', '?'])
const AT_CALLS = new Set(['F1', 'F2', 'F3'])

/** Where the console is, and how to get elsewhere. */
export interface Ways {
  place(): PlaceName
  places(): readonly PlaceName[]
  go(place: PlaceName): void
  up(): boolean
}

export function deskKeys(desk: Desk, sound: Sound, ways: Ways): () => void {
  const { calls } = desk
  let going: GoState = { since: null }
  const away = (): boolean => ways.place() !== 'desk'
  const cutOff = (): boolean => desk.feed.face.look === 'off'

  function answer(): boolean {
    const call = desk.call.value?.state === 'open' ? desk.call.value : desk.queue.value.waiting[0]
    if (call && !cutOff()) void calls.answer(call.id)
    return true
  }

  function send(): boolean {
    const call = desk.call.value
    if (!call || cutOff() || call.state === 'on_scene' || call.state === 'recovering') return true
    const card = calls.card(call.id)
    void (card.assigning || (call.state === 'open' && card.chosen) ? calls.send(call) : calls.openAssign(call.id))
    return true
  }

  function digit(n: number): boolean {
    const call = desk.call.value
    if (call && calls.card(call.id).assigning) return calls.choose(call.id, n)
    const panel = PANELS[n - 1]
    if (panel === 'trouble' || panel === 'tray') desk.drawer.value = panel
    if (panel) focusPanel(panel)
    return panel !== undefined
  }

  /** J and K walk the rows of the panel that has the focus, else the queue. */
  function step(by: 1 | -1): boolean {
    const home = document.activeElement?.closest('[data-panel]') ?? document.querySelector(away() ? '[data-panel="register"]' : '[data-panel="queue"]')
    const rows = [...(home?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement))
    rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))]?.focus()
    return rows.length > 0
  }

  function enter(event: KeyboardEvent): boolean {
    const card = (event.target as HTMLElement).closest<HTMLElement>('.call')
    const id = card === event.target ? card?.dataset['incident'] : undefined
    const call = id ? [...(desk.board.value?.incidents.values() ?? [])].find((one) => String(one.id) === id) : undefined
    if (!call) return false
    if (call.state === 'open' || call.state === 'acknowledged') void calls.openAssign(call.id)
    else calls.openClosing(call.id)
    return true
  }

  /** Esc on a page: out of a field first, then up. */
  function leave(): boolean {
    const field = document.activeElement
    if (field instanceof HTMLElement && isTyping(field)) { field.blur(); return true }
    return ways.up()
  }

  function find(): boolean {
    const field = away() ? document.querySelector<HTMLElement>('[data-search]') : null
    if (field) field.focus()
    else desk.sheet.value = 'find'
    return true
  }

  function back(): boolean {
    if (closeTopSheet()) return true
    if (away()) return leave()
    if (desk.call.value && calls.fold(desk.call.value.id)) return true
    if (desk.drawer.value) desk.drawer.value = null
    else if (desk.caregiverId.value || desk.visitId.value) desk.selectCaregiver(null)
    else return false
    return true
  }

  function mute(): boolean {
    const voice = sound.face.voice
    if (voice) sound.mute(voice.incidentId)
    return true
  }

  function onScene(): boolean {
    const call = desk.call.value
    if (call?.state === 'assigned') void calls.onScene(call.id)
    return call?.state === 'assigned'
  }

  function close(): boolean {
    const call = desk.call.value
    if (call && call.state !== 'open') calls.openClosing(call.id)
    void nextTick(() => document.querySelector<HTMLElement>('.closing button')?.focus())
    return call !== null
  }

  function hold120(): boolean {
    const call = desk.call.value
    if (call) holdStart('key', HOLD_120_MS, () => { calls.card(call.id).saying120 = true })
    return true
  }

  function reconnect(): boolean {
    if (desk.feed.face.look === 'live') return false
    desk.feed.reconnect()
    return true
  }

  const verbs: Record<string, (event: KeyboardEvent) => boolean> = {
    F1: answer, A: answer, F2: send, D: send, F3: hold120, F9: mute, J: () => step(1), K: () => step(-1), Enter: enter, Escape: back,
    E: () => {
      const call = desk.call.value
      if (call && call.state !== 'open') void calls.openDetail(call.id)
      return call !== null
    },
    S: onScene, C: close, R: reconnect, N: () => { flipTheme(); return true },
    P: () => { desk.toggle('plan'); return true },
    V: () => { if (desk.visitId.value) desk.toggle('visit'); return desk.visitId.value !== null },
    '/': find,
    '?': () => { desk.sheet.value = desk.sheet.value === 'keys' ? null : 'keys'; return true },
  }

  return listenKeys({
    down(name, event) {
      if (anySheet() && name !== 'Escape' && name !== '?' && !/^F\d/.test(name)) return false
      if (!anySheet()) {
        const step = goStep(going, name, event.timeStamp, ways.places())
        going = step.state
        if (step.to) ways.go(step.to)
        if (step.used) return true
      }
      if (away() && !EVERYWHERE.has(name)) return false
      if (away() && AT_CALLS.has(name)) ways.go('desk')
      if (/^[1-5]$/.test(name)) return digit(Number(name))
      return verbs[name]?.(event) ?? false
    },
    up: (name) => { if (name === 'F3') holdStop('key') },
  })
}
