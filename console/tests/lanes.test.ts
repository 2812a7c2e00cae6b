import { describe, expect, it } from 'vitest'
import { laneOf, responseBlock, stopsByCaregiver } from '../src/state/lanes'
import { funnelOf } from '../src/state/funnel'
import { hourMarks, labelFor, spanOf, visibleRows, xOf } from '../src/state/timeline'
import type { Visit } from '../src/api/types'
import { call, iso, lin, MIN, NOON, visit } from './cast'

const lane = (visits: Visit[], now = NOON) => laneOf(lin(), stopsByCaregiver(visits).get(1) ?? [], now)

describe('a lane', () => {
  it('keeps a planned visit at its time, with its travel before it', () => {
    const [block] = lane([visit(1, 60, 30)])
    expect(block).toMatchObject({ look: 'plan', from: NOON + 60 * MIN, to: NOON + 90 * MIN, lateMin: 0, ghost: null })
    expect(block?.travel).toMatchObject({ from: NOON + 48 * MIN, to: NOON + 60 * MIN, look: 'plan' })
  })

  it('moves a late visit to now and leaves its ghost at the promise', () => {
    const [block] = lane([visit(1, -22, 60)])
    expect(block).toMatchObject({ look: 'late', lateMin: 22, from: NOON, ghost: { from: NOON - 22 * MIN, to: NOON + 38 * MIN } })
  })

  it('a slip of a few minutes is dashed, not late', () => {
    expect(lane([visit(1, -8, 60)])[0]).toMatchObject({ look: 'shift', slipMin: 8, ghost: null })
  })

  it('a long visit pushes the next ones by what is missing after the travel', () => {
    const [, second] = lane([visit(1, -60, 60, { state: 'in_service', started_at: iso(NOON - 20 * MIN) }), visit(2, 20, 30)])
    // free at 12:40, 12 minutes of travel, so 12:52 instead of 12:20
    expect(second).toMatchObject({ look: 'shift', slipMin: 32, from: NOON + 52 * MIN })
  })

  it('draws what was done where it was done, with its overrun', () => {
    const [block] = lane([visit(1, -120, 30, { state: 'finished', started_at: iso(NOON - 118 * MIN), finished_at: iso(NOON - 70 * MIN) })])
    expect(block).toMatchObject({ look: 'done', from: NOON - 118 * MIN, to: NOON - 70 * MIN, overMin: 18 })
  })

  it('a running visit reaches at least to now', () => {
    expect(lane([visit(1, -60, 30, { state: 'in_service', started_at: iso(NOON - 60 * MIN) })])[0]?.to).toBe(NOON)
  })

  it('joins meal drops close together into one run and keeps a missed one inside', () => {
    const drops = [0, 8, 16].map((from, n) => visit(n + 1, from - 60, 5, { family: 'meal', state: n === 1 ? 'missed' : 'finished', finished_at: iso(NOON + (from - 55) * MIN) }))
    const [run, ...rest] = lane(drops)
    expect(rest).toHaveLength(0)
    expect(run?.run.map((one) => one.id)).toEqual([1, 2, 3])
    expect(run?.look).toBe('done')
  })

  it('shows the one who waits for the second person', () => {
    expect(lane([visit(1, -5, 60, { people: 2, state: 'arrived', arrived_at: iso(NOON - 6 * MIN) })])[0]?.waits).toEqual({ from: NOON - 6 * MIN, to: NOON })
  })

  it('lays a response on the plan clock: travel ahead of now, then the door', () => {
    const block = responseBlock(call(1, { state: 'assigned', assigned_at: iso(5_000_000), assigned_to: { id: 1, name: '林**', travel_s: 360 } }), lin(), NOON, 5_000_000 + 2 * MIN)
    expect(block).toMatchObject({ look: 'resp', from: NOON + 4 * MIN })
    expect(block.travel).toMatchObject({ from: NOON - 2 * MIN, to: NOON + 4 * MIN, look: 'alarm' })
  })
})

describe('the timeline', () => {
  it('shows 8 to 18 while now is well inside, four hours around now, and never leaves the day', () => {
    const ten = spanOf('h10', NOON)
    expect([xOf(ten, NOON), (ten.to - ten.from) / (60 * MIN)]).toEqual([0.4, 10])
    const four = spanOf('h4', NOON)
    expect(xOf(four, NOON)).toBe(0.25)
    const late = spanOf('h10', NOON + 11.9 * 60 * MIN)
    expect(late.to - NOON).toBe(12 * 60 * MIN)
  })

  it('leaves out hour labels under the now label', () => {
    const marks = hourMarks(spanOf('h10', NOON), NOON + 10 * MIN, 900)
    expect(marks.map((one) => (one.at - NOON) / (60 * MIN))).toEqual([-3, -2, -1, 1, 2, 3, 4, 5])
  })

  it('draws only the rows in sight and two beside', () => {
    expect(visibleRows(60, 0, 360)).toEqual({ from: 0, to: 12 })
    expect(visibleRows(60, 720, 360)).toEqual({ from: 18, to: 32 })
    expect(visibleRows(3, 0, 360)).toEqual({ from: 0, to: 3 })
  })

  it('drops the mark under 26 minutes and all but the surname under 35', () => {
    const span = 10 * 60 * MIN
    expect(labelFor(50, '栾**', span)).toEqual({ mark: true, text: '栾**' })
    expect(labelFor(30, '栾**', span)).toEqual({ mark: true, text: '栾' })
    expect(labelFor(20, '栾**', span)).toEqual({ mark: false, text: '栾' })
  })
})

describe('the funnel', () => {
  it('goes from everybody to nobody in the order of the barriers', () => {
    expect(funnelOf({ busy: 4, skill: 24, window: 10 })).toEqual([{ code: 'all', left: 38 }, { code: 'skill', left: 14 }, { code: 'window', left: 4 }, { code: 'busy', left: 0 }])
    expect(funnelOf({})).toEqual([])
  })
})
