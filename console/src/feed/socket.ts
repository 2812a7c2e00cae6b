/** Keeps one live socket to the board open; it decides nothing about what the events mean. */
import { reactive } from 'vue'
import { session } from '../api/endpoints'
import { asProblem } from '../api/http'
import type { BoardEvent, Snapshot } from '../api/types'
import {
  advance, feedLook, forgets, hello, isNews, pauseAfter, readFrame, replyTo, retryDelay, START, STALE_AFTER_MS,
  type Cursor, type FeedLook, type Frame,
} from './protocol'

export interface FeedDoor {
  onSnapshot(state: Snapshot, seq: number): void
  onEvent(event: BoardEvent): void
  onSignedOut(): void
  soundOn(): boolean
}

export interface FeedFace {
  look: FeedLook
  seq: number | null
  lastHeardAt: number
  connectedOnce: boolean
  attempts: number
}

/** `forced` fixes the look for a picture (`?feed=stale`): the socket works on, the page shows it as if it did not. */
export function openFeed(door: FeedDoor, forced: FeedLook | null = null) {
  const fixedAt = Date.now() - (forced === 'off' ? 134_000 : 47_000)
  const face = reactive<FeedFace>({ look: 'live', seq: null, lastHeardAt: Date.now(), connectedOnce: false, attempts: 0 })
  let cursor: Cursor = START
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  function heard(frame: Frame): void {
    if (frame.type === 'event' && isNews(cursor, frame)) door.onEvent(frame)
    if (frame.type === 'ahead' && isNews(cursor, frame.event)) door.onEvent(frame.event)
    cursor = advance(cursor, frame)
    if (frame.type === 'snapshot') door.onSnapshot(frame.state, frame.seq)
    face.seq = cursor.seq
    face.lastHeardAt = forced ? fixedAt : Date.now()
    face.look = forced ?? 'live'
    if (frame.type !== 'welcome') face.connectedOnce = true
    if (cursor.ready) face.attempts = 0
  }

  function onMessage(this: WebSocket, message: MessageEvent): void {
    const frame = readFrame(String(message.data))
    if (frame === null || this !== socket) return
    const reply = replyTo(frame, document.visibilityState === 'visible', door.soundOn())
    if (reply) this.send(JSON.stringify(reply))
    heard(frame)
  }

  function onClose(this: WebSocket, event: CloseEvent): void {
    if (this !== socket) return
    socket = null
    if (forgets(event.code)) cursor = START
    if (!stopped) later(pauseAfter(event.code, event.reason))
  }

  function later(serverMs: number | null): void {
    clearTimeout(timer)
    timer = setTimeout(() => void connect(), retryDelay(face.attempts, Math.random(), serverMs))
    face.attempts += 1
  }

  async function connect(): Promise<void> {
    clearTimeout(timer)
    const previous = socket
    socket = null
    previous?.close(1000)
    try {
      const { ticket } = await session.socketTicket()
      if (stopped) return
      const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/board/v1/socket`
      const next = new WebSocket(url)
      socket = next
      next.addEventListener('open', () => next.send(JSON.stringify(hello(cursor, ticket))))
      next.addEventListener('message', onMessage)
      next.addEventListener('close', onClose)
    } catch (thrown) {
      const problem = asProblem(thrown)
      if (problem.status === 401) return door.onSignedOut()
      later(Number(problem.body['retry_after_ms'] ?? 0) || null)
    }
  }

  const watch = setInterval(() => {
    const silent = Date.now() - face.lastHeardAt
    const open = socket?.readyState === WebSocket.OPEN
    face.look = forced ?? feedLook(silent, open && silent < 2 * STALE_AFTER_MS)
    // A half-dead link keeps its socket "open" for minutes: after 20 s of silence we leave it.
    if (!forced && open && silent > STALE_AFTER_MS + 5_000) { socket?.close(4000); socket = null; later(null) }
  }, 1_000)

  void connect()
  return {
    face,
    reconnect: () => { face.attempts += 1; void connect() },
    stop: () => { stopped = true; clearInterval(watch); clearTimeout(timer); socket?.close(1000); socket = null },
  }
}

export type Feed = ReturnType<typeof openFeed>
