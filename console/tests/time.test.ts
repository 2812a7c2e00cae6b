import { describe, expect, it } from 'vitest'
import { arrivalTide, shareTide, timeTide } from '../src/state/tide'
import { clockHm, clockHms, dayStart, isNightShift, localDate, planNow, running, shiftEndsAt, shiftId } from '../src/state/time'

const at = (moment: string): number => Date.parse(moment)

describe('time in Asia/Shanghai', () => {
  it('shows UTC moments eight hours later, over midnight too', () => {
    expect(clockHm(at('2026-07-16T06:32:07+00:00'))).toBe('14:32')
    expect(clockHms(at('2026-07-15T23:59:59Z'))).toBe('07:59:59')
    expect(localDate(at('2026-07-15T16:00:00Z'))).toBe('2026-07-16')
    expect(dayStart(at('2026-07-16T06:32:07Z'))).toBe(at('2026-07-15T16:00:00Z'))
  })

  it('counts running clocks without leading zeros and never below zero', () => {
    expect([42_000, 627_000, 3_727_000, -5_000].map(running)).toEqual(['0:42', '10:27', '1:02:07', '0:00'])
  })

  it('knows the night shift and its end', () => {
    expect(isNightShift(at('2026-07-16T10:00:00Z'))).toBe(true)
    expect(isNightShift(at('2026-07-15T22:00:00Z'))).toBe(false)
    expect(clockHm(shiftEndsAt(at('2026-07-16T06:32:00Z')))).toBe('18:00')
    expect(clockHm(shiftEndsAt(at('2026-07-16T18:00:00Z')))).toBe('06:00')
    expect(shiftId(at('2026-07-16T17:00:00Z'))).toBe(shiftId(at('2026-07-16T12:00:00Z')))
  })

  it('runs the plan clock at its speed and stands when paused', () => {
    const clock = { at: '2026-07-16T01:30:00Z', speed: 60, paused: false }
    expect(planNow(clock, 1_000, 2_000)).toBe(at(clock.at) + 60_000)
    expect(planNow({ ...clock, paused: true }, 1_000, 9_000)).toBe(at(clock.at))
    expect(planNow(clock, 1_000, 500)).toBe(at(clock.at))
  })
})

describe('the tide line', () => {
  it('puts the goal in the middle of a time bar, presses before it, the breach to the right', () => {
    expect(timeTide(0, 42_000, 60_000, [0, 23_000])).toEqual({ fill: 0.35, post: 0.5, ticks: [0, 23 / 120], breached: false })
    expect(timeTide(0, 200_000, 60_000)).toMatchObject({ fill: 1, breached: true })
  })

  it('stretches shares over the last tenth so that the post can be seen', () => {
    expect(shareTide(0.979, 0.975).fill).toBeCloseTo(0.79)
    expect(shareTide(0.979, 0.975).post).toBeCloseTo(0.75)
    expect(shareTide(0.941, 0.96).breached).toBe(true)
    expect(shareTide(1, 0.9).post).toBeCloseTo(0.6)
  })

  it('ends an arrival bar at the goal with the post at the expected moment', () => {
    expect(arrivalTide(0, 10, 100, 40)).toEqual({ fill: 0.1, post: 0.4, ticks: [], breached: false })
    expect(arrivalTide(0, 10, 100, null).post).toBe(1)
  })
})
