import { describe, expect, it } from 'vitest'
import { pickVoice, startsNow } from '../src/sound/voice'
import { call, iso, MIN, NOON } from './cast'

const none = new Map()

describe('one voice at a time', () => {
  it('SOS cuts a fall, a fall cuts a stalled call, a stalled call cuts a rung', () => {
    const sos = call(1)
    const fall = call(2, { kind: 'fall', opened_at: iso(NOON - MIN), last_alert_at: iso(NOON - MIN) })
    const stalled = call(3, { state: 'acknowledged', acknowledged_at: iso(NOON - 4 * MIN) })
    const rung = [{ incidentId: 9, at: NOON }]
    expect(pickVoice([stalled, fall, sos], rung, none, NOON)?.incidentId).toBe(1)
    expect(pickVoice([stalled, fall], rung, none, NOON)?.kind).toBe('danger')
    expect(pickVoice([stalled], rung, none, NOON)?.kind).toBe('stalled')
    expect(pickVoice([], rung, none, NOON)?.kind).toBe('rung')
    expect(pickVoice([], rung, none, NOON + 3_000)).toBeNull()
  })

  it('drills, closed and answered calls are silent', () => {
    expect(pickVoice([call(1, { drill: true }), call(2, { state: 'closed' }), call(3, { state: 'assigned', acknowledged_at: iso(NOON - 9 * MIN) }), call(4, { state: 'acknowledged', acknowledged_at: iso(NOON) })], [], none, NOON)).toBeNull()
  })

  it('is one step louder from 30 s', () => {
    expect(pickVoice([call(1)], [], none, NOON + 29_000)?.gainDb).toBe(0)
    expect(pickVoice([call(1)], [], none, NOON + 30_000)?.gainDb).toBe(6)
  })

  it('a mute silences that call only, and only for its minute', () => {
    const muted = new Map([[1, NOON + MIN]])
    expect(pickVoice([call(1), call(2, { kind: 'fall' })], [], muted, NOON)?.incidentId).toBe(2)
    expect(pickVoice([call(1)], [], muted, NOON + MIN)?.incidentId).toBe(1)
  })

  it('repeats every four seconds, and a repeat press restarts the phrase at once', () => {
    const first = pickVoice([call(1)], [], none, NOON)
    const again = pickVoice([call(1, { presses: 2, last_alert_at: iso(NOON + 1_000) })], [], none, NOON + 1_000)
    if (!first || !again) throw new Error('no voice')
    const last = { key: first.key, at: NOON }
    expect(startsNow(first, last, NOON + 3_900)).toBe(false)
    expect(startsNow(first, last, NOON + 4_000)).toBe(true)
    expect(startsNow(again, last, NOON + 1_000)).toBe(true)
  })
})
