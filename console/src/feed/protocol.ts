/** The feed's memory as pure steps: what to send, what to keep, when it is stale; it opens no socket. */
import type { BoardEvent, Snapshot } from '../api/types'

export type Frame =
  | { type: 'welcome'; epoch: string; mode: 'replay' | 'snapshot' }
  | { type: 'snapshot'; seq: number; state: Snapshot }
  | ({ type: 'event' } & BoardEvent)
  | { type: 'ahead'; event: BoardEvent }
  | { type: 'tick'; seq: number }

/** Where a reconnect goes on: the highest `seq` received, valid only inside its `epoch`. */
export interface Cursor { epoch: string | null; seq: number | null; ready: boolean }

export const START: Cursor = { epoch: null, seq: null, ready: false }
export const STALE_AFTER_MS = 15_000
export const CUT_OFF_AFTER_MS = 60_000
export const RETRY_SPREAD_MS = 5_000

export type FeedLook = 'live' | 'stale' | 'off'

export type Reply =
  | { type: 'here'; seq: number; visible: boolean; sound: boolean }
  | { type: 'seen'; seq: number }

export const hello = (cursor: Cursor, ticket: string) =>
  ({ type: 'hello', ticket, epoch: cursor.seq === null ? null : cursor.epoch, cursor: cursor.seq }) as const

export function readFrame(text: string): Frame | null {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return null
  const type = (value as { type?: unknown }).type
  return type === 'welcome' || type === 'snapshot' || type === 'event' || type === 'ahead' || type === 'tick' ? (value as Frame) : null
}

/** The cursor after one frame; a replayed event that was already seen leaves it alone. */
export function advance(cursor: Cursor, frame: Frame): Cursor {
  switch (frame.type) {
    case 'welcome':
      return frame.mode === 'snapshot'
        ? { epoch: frame.epoch, seq: null, ready: false }
        : { epoch: frame.epoch, seq: cursor.seq, ready: true }
    case 'snapshot':
      return { ...cursor, seq: frame.seq, ready: true }
    case 'event':
    case 'tick':
      return cursor.seq !== null && frame.seq <= cursor.seq ? cursor : { ...cursor, seq: frame.seq }
    case 'ahead':
      return cursor
  }
}

/** True when the event is news: after the cursor, and the state it changes is complete. */
export const isNews = (cursor: Cursor, event: BoardEvent): boolean =>
  cursor.ready && (cursor.seq === null || event.seq > cursor.seq)

/** What goes back at once for a frame, from the message handler. */
export function replyTo(frame: Frame, visible: boolean, sound: boolean): Reply | null {
  if (frame.type === 'tick') return { type: 'here', seq: frame.seq, visible, sound }
  const event = frame.type === 'ahead' ? frame.event : frame.type === 'event' ? frame : null
  if (event?.topic.startsWith('incident.')) return { type: 'seen', seq: event.seq }
  return null
}

/** Live, stopped, or cut off, from how long nothing was heard. */
export function feedLook(silentMs: number, connected: boolean): FeedLook {
  if (silentMs >= CUT_OFF_AFTER_MS && !connected) return 'off'
  return silentMs >= STALE_AFTER_MS ? 'stale' : 'live'
}

/** Milliseconds until the next try: spread evenly, never before the server's own wish, which is spread already. */
export function retryDelay(attempt: number, random: number, serverMs: number | null): number {
  const spread = attempt === 0 ? RETRY_SPREAD_MS / 5 : RETRY_SPREAD_MS
  return (serverMs ?? 0) + Math.round(random * (serverMs ? RETRY_SPREAD_MS / 10 : spread))
}

/** The wish in a close reason, in milliseconds: `the service restarts; retry_after=3.7`. */
export function retryAfter(reason: string): number | null {
  const found = /retry_after=(\d+(?:\.\d+)?)/.exec(reason)
  return found ? Math.round(Number(found[1]) * 1000) : null
}

export const CLOSE = { restart: 1012, busy: 1013, badFrame: 4400, sessionOver: 4401, noHello: 4407, slow: 4408, scope: 4410 } as const
const UNREAD_PAUSE_MS = 30_000

/**
 * Milliseconds to wait before the spread of `retryDelay`, by close code. A desk never gives up: where the session may be
 * over it asks for a new ticket at once, and the answer to that says whether to sign in.
 */
export function pauseAfter(code: number, reason = ''): number {
  const wish = retryAfter(reason)
  if (wish !== null) return wish
  if (code === CLOSE.badFrame) return UNREAD_PAUSE_MS
  return code === CLOSE.restart || code === CLOSE.busy || code === CLOSE.noHello ? 1_000 : 0
}

/** True when what was seen so far is no longer ours: the next hello asks for the whole state. */
export const forgets = (code: number): boolean => code === CLOSE.scope
