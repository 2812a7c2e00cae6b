/** The desk's bell: plays the one voice that may sound, in one tab of the browser; it answers no call. */
import { reactive } from 'vue'
import type { Id } from '../api/types'
import type { Store } from '../state/store'
import { shiftId } from '../state/time'
import { MUTE_MS, PHRASES, pickVoice, startsNow, type Note, type Rung, type Voice } from './voice'

const TRIED = 'unwalled.bell'
const LOCK = 'unwalled.bell'
const BEAT_MS = 200
const BASE_GAIN = 0.16

export interface SoundFace {
  /** The browser lets this tab sound. */
  unlocked: boolean
  /** The dispatcher has heard the bell this shift. */
  tried: boolean
  /** This tab is the one that rings. */
  rings: boolean
  voice: Voice | null
  mutedUntil: Map<Id, number>
}

export function createSound(store: Store) {
  const face = reactive<SoundFace>({ unlocked: false, tried: false, rings: false, voice: null, mutedUntil: new Map() })
  let audio: AudioContext | null = null
  let playing: GainNode | null = null
  let last: { key: string; at: number } | null = null
  let rungs: Rung[] = []
  let free: (() => void) | null = null
  const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(LOCK)

  function play(notes: readonly Note[], gainDb: number): void {
    hush()
    if (!audio) return
    const out = audio.createGain()
    out.gain.value = BASE_GAIN * 10 ** (gainDb / 20)
    out.connect(audio.destination)
    for (const note of notes) {
      const tone = audio.createOscillator()
      const shape = audio.createGain()
      const start = audio.currentTime + note.at + 0.01
      tone.type = 'triangle'
      tone.frequency.value = note.hz
      shape.gain.setValueAtTime(0, start)
      shape.gain.linearRampToValueAtTime(1, start + 0.02)
      shape.gain.exponentialRampToValueAtTime(0.001, start + note.long)
      tone.connect(shape).connect(out)
      tone.start(start)
      tone.stop(start + note.long + 0.02)
    }
    playing = out
  }

  function hush(): void {
    playing?.disconnect()
    playing = null
  }

  /** One tab rings: whoever holds the lock. Where locks are missing, every tab rings rather than none. */
  function claimBell(): void {
    if (face.rings || free) return
    if (!('locks' in navigator)) { face.rings = true; return }
    void navigator.locks.request(LOCK, () => new Promise<void>((release) => {
      free = release
      face.rings = true
    }))
  }

  async function unlock(): Promise<void> {
    audio ??= new AudioContext()
    if (audio.state !== 'running') await audio.resume().catch(() => undefined)
    face.unlocked = audio.state === 'running'
    if (face.unlocked) claimBell()
  }

  function beat(): void {
    const board = store.board.value
    const now = Date.now() + store.offsetMs.value
    face.tried = localStorage.getItem(TRIED) === shiftId(now)
    const voice = board ? pickVoice(board.incidents.values(), rungs, face.mutedUntil, now) : null
    if (face.voice?.key !== voice?.key) face.voice = voice
    if (!voice) { if (last) { hush(); last = null } return }
    if (!startsNow(voice, last, now)) return
    last = { key: voice.key, at: now }
    if (face.unlocked && face.rings) play(PHRASES[voice.kind], voice.gainDb)
  }

  function mute(incidentId: Id, tell = true): void {
    face.mutedUntil.set(incidentId, Date.now() + store.offsetMs.value + MUTE_MS)
    beat()
    if (tell) tabs?.postMessage({ mute: incidentId })
  }

  async function tryBell(): Promise<void> {
    await unlock()
    play(PHRASES.sos, 0)
  }

  function heardIt(): void {
    localStorage.setItem(TRIED, shiftId(Date.now() + store.offsetMs.value))
    face.tried = true
  }

  tabs?.addEventListener('message', (message: MessageEvent<{ mute?: Id }>) => {
    if (message.data.mute) mute(message.data.mute, false)
  })
  const unlisten = store.listen((event) => {
    if (event.topic === 'incident.escalated') {
      const incident = event.data['incident'] as { id: Id; drill: boolean } | undefined
      if (incident && !incident.drill) rungs = [...rungs.slice(-8), { incidentId: incident.id, at: Date.now() + store.offsetMs.value }]
    }
    if (event.topic.startsWith('incident.')) queueMicrotask(beat)
  })
  const onGesture = (): void => { void unlock() }
  for (const gesture of ['pointerdown', 'keydown'] as const) addEventListener(gesture, onGesture, { passive: true })
  if (navigator.userActivation?.hasBeenActive) void unlock()
  const timer = setInterval(beat, BEAT_MS)

  return {
    face, mute, tryBell, heardIt, hush,
    stop: () => {
      clearInterval(timer)
      unlisten()
      for (const gesture of ['pointerdown', 'keydown'] as const) removeEventListener(gesture, onGesture)
      hush()
      free?.()
      tabs?.close()
      void audio?.close()
    },
  }
}

export type Sound = ReturnType<typeof createSound>
