import { describe, expect, it } from 'vitest'
import { advance, CLOSE, feedLook, forgets, hello, isNews, pauseAfter, readFrame, replyTo, retryDelay, START, type Frame } from '../src/feed/protocol'

const event = (seq: number, topic = 'visit.arrived'): Frame & { type: 'event' } => ({ type: 'event', seq, topic, at: '2026-07-16T06:32:00+00:00', data: {} })
const snapshot = (seq: number): Frame => ({ type: 'snapshot', seq, state: {} as never })

describe('the feed resumes where it stopped', () => {
  it('a first hello carries no cursor', () => {
    expect(hello(START, 't')).toEqual({ type: 'hello', ticket: 't', epoch: null, cursor: null })
  })

  it('after a snapshot, events and ticks the hello carries the highest seq of the epoch', () => {
    let cursor = advance(START, { type: 'welcome', epoch: 'e1', mode: 'snapshot' })
    cursor = advance(cursor, snapshot(10))
    cursor = advance(cursor, event(14))
    cursor = advance(cursor, { type: 'tick', seq: 20 })
    expect(hello(cursor, 't2')).toEqual({ type: 'hello', ticket: 't2', epoch: 'e1', cursor: 20 })
  })

  it('a replay keeps the cursor, so that replayed events after it count as news and older ones do not', () => {
    let cursor = advance(advance(advance(START, { type: 'welcome', epoch: 'e1', mode: 'snapshot' }), snapshot(10)), { type: 'welcome', epoch: 'e1', mode: 'replay' })
    expect(isNews(cursor, event(10))).toBe(false)
    expect(isNews(cursor, event(11))).toBe(true)
    cursor = advance(cursor, event(11))
    expect(isNews(cursor, event(11))).toBe(false)
  })

  it('a snapshot welcome forgets the old cursor, and nothing is news before the snapshot has come', () => {
    const cursor = advance({ epoch: 'old', seq: 99, ready: true }, { type: 'welcome', epoch: 'new', mode: 'snapshot' })
    expect(cursor).toEqual({ epoch: 'new', seq: null, ready: false })
    expect(isNews(cursor, event(100))).toBe(false)
    expect(advance(cursor, snapshot(5)).seq).toBe(5)
  })

  it('the cursor never goes back', () => {
    expect(advance({ epoch: 'e', seq: 9, ready: true }, { type: 'tick', seq: 4 }).seq).toBe(9)
  })
})

describe('what the feed says and shows', () => {
  it('answers every tick with here, and incident events with seen, and nothing else', () => {
    expect(replyTo({ type: 'tick', seq: 7 }, true, false)).toEqual({ type: 'here', seq: 7, visible: true, sound: false })
    expect(replyTo(event(8, 'incident.raised'), true, true)).toEqual({ type: 'seen', seq: 8 })
    expect(replyTo(event(9), true, true)).toBeNull()
  })

  it('is stale after 15 s of silence and cut off after a minute without a socket', () => {
    expect(feedLook(14_999, true)).toBe('live')
    expect(feedLook(15_000, true)).toBe('stale')
    expect(feedLook(61_000, false)).toBe('off')
    expect(feedLook(20_000, false)).toBe('stale')
  })

  it('spreads reconnects over five seconds and never comes before the server asked', () => {
    expect(retryDelay(1, 0, null)).toBe(0)
    expect(retryDelay(1, 1, null)).toBe(5_000)
    expect(retryDelay(3, 0.5, 2_000)).toBe(2_250)
    expect(retryDelay(0, 1, null)).toBe(1_000)
  })

  it('pauses where the protocol asks for it, comes back at once elsewhere, and forgets only when its scope changed', () => {
    expect([CLOSE.restart, CLOSE.busy, CLOSE.noHello].map((code) => pauseAfter(code))).toEqual([1_000, 1_000, 1_000])
    expect([CLOSE.slow, CLOSE.scope, CLOSE.sessionOver, 1006].map((code) => pauseAfter(code))).toEqual([0, 0, 0, 0])
    expect(pauseAfter(CLOSE.badFrame)).toBe(30_000)
    expect(pauseAfter(CLOSE.restart, 'the service restarts; retry_after=3.7')).toBe(3_700)
    expect(pauseAfter(CLOSE.busy, 'retry_after=soon')).toBe(1_000)
    expect([CLOSE.scope, CLOSE.slow].map(forgets)).toEqual([true, false])
  })

  it('shows a copy that went ahead at once, says so, and leaves the cursor to the event itself', () => {
    const ahead: Frame = { type: 'ahead', event: event(12, 'incident.raised') }
    const cursor = { epoch: 'e', seq: 9, ready: true }
    expect(advance(cursor, ahead)).toEqual(cursor)
    expect(isNews(cursor, ahead.event)).toBe(true)
    expect(replyTo(ahead, true, true)).toEqual({ type: 'seen', seq: 12 })
    expect(isNews(advance(cursor, event(12)), ahead.event)).toBe(false)
  })

  it('drops frames it does not know', () => {
    expect(readFrame('{"type":"later"}')).toBeNull()
    expect(readFrame('[]')).toBeNull()
    expect(readFrame('{"type":"tick","seq":1}')).toEqual({ type: 'tick', seq: 1 })
  })
})
