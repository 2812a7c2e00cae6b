/** Which one voice may sound now, and how loud: one at a time, the gravest wins; pure, it makes no noise. */
import type { Id, Incident } from '../api/types'
import { ringsAgainAt } from '../state/queue'
import { MINUTE, ms, msOr, SECOND } from '../state/time'

export type VoiceKind = 'sos' | 'danger' | 'stalled' | 'rung'
export const PRIORITY: Record<VoiceKind, number> = { sos: 4, danger: 3, stalled: 2, rung: 1 }
export const REPEAT_MS = 4 * SECOND
export const LOUDER_AFTER_MS = 30 * SECOND
export const LOUDER_DB = 6
export const MUTE_MS = MINUTE
const STALLED_MS = 3 * MINUTE
const RUNG_NOTE_MS = 2 * SECOND

export interface Voice {
  key: string
  incidentId: Id
  kind: VoiceKind
  /** Start of the present phrase: a repeat press restarts it. */
  phraseAt: number
  repeats: boolean
  gainDb: number
}

/** A rung that has just fired, for its one low note. */
export interface Rung { incidentId: Id; at: number }

const isSos = (incident: Incident): boolean => incident.kind === 'sos' || incident.kind === 'hotline'

function voiceOf(incident: Incident, now: number): Voice | null {
  if (incident.drill || incident.state === 'closed') return null
  if (incident.state === 'open') {
    const last = ms(incident.last_alert_at)
    return {
      key: `${incident.id}/${incident.presses}`, incidentId: incident.id, kind: isSos(incident) ? 'sos' : 'danger',
      phraseAt: last, repeats: true, gainDb: now - ms(incident.opened_at) >= LOUDER_AFTER_MS ? LOUDER_DB : 0,
    }
  }
  const answered = msOr(incident.acknowledged_at)
  if (incident.state !== 'acknowledged' || answered === null) return null
  // A call that came back from the phone rings at once: its next ring is due before the three minutes are over.
  const due = Math.min(answered + STALLED_MS, ringsAgainAt(incident) ?? Infinity)
  if (now < due) return null
  return { key: `${incident.id}/stalled`, incidentId: incident.id, kind: 'stalled', phraseAt: due, repeats: true, gainDb: 0 }
}

/** The voice that may be heard now; muted calls keep silent until their minute is over, then ring again. */
export function pickVoice(
  incidents: Iterable<Incident>, rungs: readonly Rung[], mutedUntil: ReadonlyMap<Id, number>, now: number,
): Voice | null {
  const voices: Voice[] = []
  for (const incident of incidents) {
    const voice = voiceOf(incident, now)
    if (voice) voices.push(voice)
  }
  for (const rung of rungs) {
    if (now - rung.at > RUNG_NOTE_MS) continue
    voices.push({ key: `${rung.incidentId}/rung/${rung.at}`, incidentId: rung.incidentId, kind: 'rung', phraseAt: rung.at, repeats: false, gainDb: 0 })
  }
  const heard = voices.filter((voice) => (mutedUntil.get(voice.incidentId) ?? 0) <= now)
  heard.sort((a, b) => PRIORITY[b.kind] - PRIORITY[a.kind] || a.phraseAt - b.phraseAt)
  return heard[0] ?? null
}

/** Whether a phrase starts now: a new voice at once, the same one every 4 s, a single note never twice. */
export function startsNow(voice: Voice, last: { key: string; at: number } | null, now: number): boolean {
  if (last === null || last.key !== voice.key) return true
  return voice.repeats && now - last.at >= REPEAT_MS
}

export interface Note { hz: number; at: number; long: number }

/** The phrases: three rising notes, two for dangers, a falling pair for stalled calls, one low note for a rung. */
export const PHRASES: Record<VoiceKind, readonly Note[]> = {
  sos: [{ hz: 660, at: 0, long: 0.22 }, { hz: 880, at: 0.26, long: 0.22 }, { hz: 1175, at: 0.52, long: 0.42 }],
  danger: [{ hz: 740, at: 0, long: 0.3 }, { hz: 988, at: 0.36, long: 0.42 }],
  stalled: [{ hz: 660, at: 0, long: 0.28 }, { hz: 494, at: 0.34, long: 0.4 }],
  rung: [{ hz: 262, at: 0, long: 0.5 }],
}
