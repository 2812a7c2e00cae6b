import { describe, expect, it } from 'vitest'
import type { Duty } from '../src/api/duty'
import { daysOf, fieldOf, gapsOf, minutesOf, momentOf, nextDay, pieceOf, uncovered } from '../src/duty/days'
import { dutyColumns, linesOf } from '../src/duty/taking'
import { filed } from '../src/registers/table'
import { duty as words } from '../src/i18n/rules.zh'
import { fromTo, HOUR, localDate } from '../src/state/time'

const MIDNIGHT = Date.parse('2026-03-02T00:00:00+08:00')
const at = (hours: number): number => MIDNIGHT + hours * HOUR
const duty = (id: number, from: number, to: number, station = 1): Duty => ({
  id, post: 'station', display: '林**', station: '清泉站', station_id: station, area_code: '370613001000', account_id: id, reachable: true, from_at: new Date(at(from)).toISOString(), to_at: new Date(at(to)).toISOString(),
})

describe('minutes that nobody answers for', () => {
  it('lie between duties, before the first and after the last', () => {
    expect(uncovered([[at(18), at(32)], [at(8), at(17.5)]], at(7), at(33))).toEqual([[at(7), at(8)], [at(17.5), at(18)], [at(32), at(33)]])
    expect(uncovered([], at(0), at(24))).toEqual([[at(0), at(24)]])
    expect(uncovered([[at(-5), at(40)]], at(0), at(24))).toEqual([])
  })

  it('are all there where the service named only the first of them', () => {
    const told = { provider_id: 1, provider: '清泉', uncovered_min: 180, covered_percent: 99, gaps: [{ from_at: new Date(at(1)).toISOString(), to_at: new Date(at(2)).toISOString(), minutes: 60 }] }
    expect(gapsOf({ ...told, gap_count: 1 }, [], at(9))).toEqual([[at(1), at(2)]])
    expect(gapsOf({ ...told, gap_count: 3 }, [[at(2), at(4)], [at(5), at(8)]], at(9))).toEqual([[at(1), at(2)], [at(4), at(5)], [at(8), at(9)]])
    expect(gapsOf({ ...told, gaps: [], gap_count: 0 }, [], at(9))).toEqual([])
  })

  it('are said with the day on which they end, where it is another one', () => {
    const said = (from: number, to: number): string => fromTo(at(from), at(to), localDate)
    expect(said(18, 21)).toBe('2026-03-02 18:00–21:00')
    expect(said(18, 24)).toBe('2026-03-02 18:00–24:00')
    expect(said(18, 56)).toBe('2026-03-02 18:00–2026-03-04 08:00')
    expect(said(0, 48)).toBe('2026-03-02 00:00–2026-03-03 24:00')
  })

  it('count each minute that was begun: a second without anybody is a gap', () => {
    expect(minutesOf([at(0), at(0) + 1_000])).toBe(1)
    expect(minutesOf([at(0), at(1)])).toBe(60)
  })
})

describe('a day of the roster', () => {
  it('takes its own part of a night that goes over midnight', () => {
    expect(pieceOf([at(18), at(32)], MIDNIGHT)).toMatchObject({ left: 0.75, width: 0.25 })
    expect(pieceOf([at(18), at(32)], at(24))).toMatchObject({ left: 0, width: 8 / 24 })
    expect(pieceOf([at(18), at(24)], at(24))).toBeNull()
  })

  it('keeps a lane to one station, and gives who overlaps another lane', () => {
    const days = daysOf([duty(1, 8, 18), duty(2, 17, 24), duty(3, 8, 18, 2)], [[at(0), at(8)]], MIDNIGHT, 2)
    expect(days.map((day) => day.lanes.map((lane) => lane.map((block) => block.duty.id)))).toEqual([[[1], [2], [3]], []])
    expect(days.map((day) => day.missing_min)).toEqual([480, 0])
  })
})

describe('the form of a duty', () => {
  it('shows the town\'s hours whatever the browser\'s zone, and gives the same moment back', () => {
    expect(fieldOf(at(8.5))).toBe('2026-03-02T08:30')
    expect(Date.parse(momentOf('2026-03-02T08:30'))).toBe(at(8.5))
    expect(nextDay('2026-02-28T18:00', 1)).toBe('2026-03-01T18:00')
  })
})

describe('the roster as a file', () => {
  it('has every duty and every gap in order, the minutes that nobody answers for, and their sum', () => {
    const mute = { ...duty(2, 18, 32), reachable: false }
    const lines = linesOf([mute, duty(1, 8, 17.5)], [[at(17.5), at(18)], [at(32), at(33)]])
    const columns = dutyColumns(words)
    const said = lines.map((line) => columns.map((one) => filed(one, line) ?? ''))
    expect(said).toEqual([
      ['2026-03-02 08:00', '2026-03-02 17:30', '林**', '清泉站', '', ''],
      ['2026-03-02 17:30', '2026-03-02 18:00', '没人值班', '', 30, ''],
      ['2026-03-02 18:00', '2026-03-03 08:00', '林**', '清泉站', '', '没有账号也没有号码，叫不到'],
      ['2026-03-03 08:00', '2026-03-03 09:00', '没人值班', '', 60, ''],
      ['', '', '合计', '', 90, ''],
    ])
  })
})
