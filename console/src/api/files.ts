/** Paths and shapes of files: sheets of registers in, on trial or for good, taken back; and out. */
import type { Slice } from '../registers/list'
import { fetchFile, get, post, send } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

export interface RowFault { row: number; field: string; column: string; problem: string; accepted: string }
export interface ImportReport { dry_run: boolean; import: Id | null; rows: number; good: number; bad: number; faults: RowFault[]; ignored_columns: string[] }
/** The registers that take sheets. */
export type Register = 'elders' | 'assessments' | 'terminals'
export interface ImportRow { id: Id; register: Register; file_name: string; rows: number; added: number; refused: number; faults: RowFault[]; made_at: string; done_at: string | null; broken_off: boolean; undone_at: string | null; can_undo: boolean }

export const files = {
  template: (register: Register) => `/api/imports/${register}/template`,
  read: (register: Register, file: File, dry_run: boolean) => send<ImportReport>(pathOf(`/api/imports/${register}`, { dry_run: String(dry_run), file_name: file.name.slice(0, 120) }), file),
  list: () => get<Slice<ImportRow>>(pathOf('/api/imports', { limit: 200 })),
  undo: (id: Id) => post<{ import: Id; removed: number; kept: Id[] }>(`/api/imports/${encodeURIComponent(id)}/undo`),
  /** Whom the file of a list may not name (of these, who is not ours); that it is taken out is noted. */
  leaving: (title: string, rows: number, elder_ids: Id[]) => post<{ withheld: Id[]; outside: Id[] }>('/api/exports/lists', { title, rows, elder_ids }),
  elders: (query: Readonly<Record<string, string>>) => fetchFile('/api/exports/elders', {
    format: 'xlsx', name: query['name'] ?? null, area: query['area'] ?? null, category: query['category'] ?? null, ability: query['ability'] ? Number(query['ability']) : null,
  }),
}
