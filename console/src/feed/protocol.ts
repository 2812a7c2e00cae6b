/** The feed's memory as pure steps: what to send, what to keep, when it is stale; it opens no socket. */
import type { BoardEvent, Snapshot } from '../api/types'

export type Frame =
  | { type: 'welcome'; epoch: string; mode: 'replay' | 'snapshot' }
  | { type: 'snapshot'; seq: number; state: Snapshot }
  | ({ type: 'event' } & BoardEvent)
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
  return type === 'welcome' || type === 'snapshot' || type === 'event' || type === 'tick' ? (value as Frame) : null
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
  }
}

/** True when the event is news: after the cursor, and the state it changes is complete. */
export const isNews = (cursor: Cursor, event: BoardEvent): boolean =>
  cursor.ready && (cursor.seq === null || event.seq > cursor.seq)

/** What goes back at once for a frame, from the message handler. */
export function replyTo(frame: Frame, visible: boolean, sound: boolean): Reply | null {
  if (frame.type === 'tick') return { type: 'here', seq: frame.seq, visible, sound }
  if (frame.type === 'event' && frame.topic.startsWith('incident.')) return { type: 'seen', seq: frame.seq }
  return null
}

/** Live, stopped, or cut off, from how long nothing was heard. */
export function feedLook(silentMs: number, connected: boolean): FeedLook {
  if (silentMs >= CUT_OFF_AFTER_MS && !connected) return 'off'
  return silentMs >= STALE_AFTER_MS ? 'stale' : 'live'
}

/** Milliseconds until the next try: spread evenly, never before the server's own wish. */
export function retryDelay(attempt: number, random: number, serverMs: number | null): number {
  const spread = attempt === 0 ? RETRY_SPREAD_MS / 5 : RETRY_SPREAD_MS
  return (serverMs ?? 0) + Math.round(random * spread)
}

export interface CloseHint { retry: boolean; signIn: boolean; delayMs: number | null; forget: boolean }

/** What a close code asks: 4401 sign in again, 4403 stay away, others come back; the reason may carry `retry=ms`. */
export function closeHint(code: number, reason: string): CloseHint {
  const asked = /retry[_-]?(?:after|ms)?[=:]\s*(\d+)/i.exec(reason)
  const delayMs = asked ? Number(asked[1]) : null
  const signIn = code === 4401
  return { retry: !signIn && code !== 4403, signIn, delayMs, forget: code === 4409 || code === 4410 }
}
