/** What a column is, the order of rows, and the file a list becomes; all pure. */

export type Tone = '' | 'good' | 'odd' | 'bad' | 'dim'
export type Cell = string | number | null | undefined

export interface Column<T> {
  key: string
  name: string
  cell: (row: T) => Cell
  /** What a file holds instead: a moment where the page says how long ago. */
  filed?: (row: T) => Cell
  tone?: (row: T) => Tone
  /** Figures stand to the right. */
  figure?: boolean
  /** Sorted by this instead of what is shown. */
  by?: (row: T) => string | number
  /** A second line of the cell, smaller; a file has it in a column of its own. */
  under?: (row: T) => Cell
  /** In the file only: the page says it elsewhere. */
  filedOnly?: boolean
  /** Hidden until somebody chooses it. */
  spare?: boolean
  /** Takes the room that the others leave. */
  grow?: boolean
  /** Left out at phone width. */
  wide?: boolean
}

/** The columns on the page: the spare ones only when chosen. */
export const onPage = <T>(columns: readonly Column<T>[], chosen: readonly string[]): Column<T>[] =>
  columns.filter((one) => !one.filedOnly && (!one.spare || chosen.includes(one.key)))

export interface Order { key: string; down: boolean }

export const nextOrder = (order: Order | null, key: string): Order | null =>
  order?.key !== key ? { key, down: false } : order.down ? null : { key, down: true }

/** Rows by one column; empty cells last either way; equal rows keep the server's order. */
export function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order | null): T[] {
  const column = columns.find((one) => one.key === order?.key)
  if (!order || !column) return [...rows]
  const value = (row: T): string | number => column.by?.(row) ?? column.cell(row) ?? ''
  const sign = order.down ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === '' || y === '') return x === y ? 0 : x === '' ? 1 : -1
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y)
    return sign * String(x).localeCompare(String(y), 'zh-CN', { numeric: true })
  })
}

const MARK = /^[▲✓] /
/** A row's cell as a file holds it: without the marks that stand for colours on the page. */
export function filed<T>(column: Column<T>, row: T): Cell {
  const value = (column.filed ?? column.cell)(row)
  return typeof value === 'string' ? value.replace(MARK, '') : value
}

const NARROW = /[\u0000-\u00ff]/g
const LONG = 7
/** Whether a cell is too long to stand in one line on paper; a letter or a figure takes half the room of a character. */
export function isLong(value: Cell): boolean {
  const text = String(value ?? '')
  return text.length - (text.match(NARROW)?.length ?? 0) * 0.5 >= LONG
}

/** A cell of a file: quoted where needed, and never read as a formula by a spreadsheet. */
export function fileCell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** CSV with a byte order mark, because spreadsheets in China read UTF-8 only with one. */
export function csvOf<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const lines = [columns.map((one) => fileCell(one.name)), ...rows.map((row) => columns.map((one) => fileCell(one.cell(row))))]
  return `\ufeff${lines.map((line) => line.join(',')).join('\r\n')}\r\n`
}
