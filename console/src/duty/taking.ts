/** The roster of one place as a list for a file: every duty and every gap in the order of time, the sum of the gaps last; pure. */
import type { Duty } from '../api/duty'
import type { DutyWords } from '../i18n/rules.zh'
import { stamp } from '../registers/sheet'
import type { Column } from '../registers/table'
import { minutesOf, spanOf, type Span } from './days'

export interface Line { span: Span | null; duty: Duty | null; missing_min: number }

export function linesOf(duties: readonly Duty[], gaps: readonly Span[]): Line[] {
  const lines = [
    ...duties.map((duty) => ({ span: spanOf(duty), duty, missing_min: 0 })),
    ...gaps.map((span) => ({ span, duty: null, missing_min: minutesOf(span) })),
  ].sort((a, b) => a.span[0] - b.span[0])
  return [...lines, { span: null, duty: null, missing_min: lines.reduce((sum, one) => sum + one.missing_min, 0) }]
}

const moment = (at: number | undefined): string | null => (at === undefined ? null : stamp(new Date(at).toISOString()))

export function dutyColumns(d: DutyWords): Column<Line>[] {
  return [
    { key: 'from', name: d.from, cell: (line) => moment(line.span?.[0]) },
    { key: 'to', name: d.to, cell: (line) => moment(line.span?.[1]) },
    { key: 'who', name: d.who, cell: (line) => line.duty?.display ?? (line.span ? d.nobody : d.sum) },
    { key: 'station', name: d.station, cell: (line) => line.duty?.station },
    { key: 'missing', name: d.missingMin, figure: true, cell: (line) => (line.duty ? null : line.missing_min) },
    { key: 'note', name: d.remark, cell: (line) => (line.duty && !line.duty.reachable ? d.unreachable : null) },
  ]
}
