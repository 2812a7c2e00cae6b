/** A list leaves the house as a sheet: everything the filter holds is read, then whom it may not name is left out. */
import { ref, type Ref } from 'vue'
import { files } from '../api/files'
import { asProblem } from '../api/http'
import type { Id } from '../api/types'
import { t } from '../i18n'
import { number } from '../i18n/say'
import { download } from './download'
import type { All } from './list'
import { missingLines } from './missing'
import { saidOf } from './said'
import { sheetOf } from './sheet'
import type { Column } from './table'

/** What of a list its sheet needs. `whose` is the elder whom a row is about, if any. */
export interface Leaving<T> {
  title: string
  columns: readonly Column<T>[]
  everything: (told: (rows: number) => void) => Promise<All<T>>
  whose: (row: T) => Id | null
}

export const elderOf = (row: object): Id | null => ('elder_id' in row ? (row.elder_id as Id | null) : null)

/** Makes the sheet and hands it over, telling of its progress and of what it lacks in `said`. */
export function useLeaving(said: Ref<string> = ref('')) {
  async function leave<T>({ title, columns, everything, whose }: Leaving<T>): Promise<void> {
    said.value = t.value.reg.list.making
    try {
      const { rows, cut } = await everything((n) => { said.value = t.value.reg.list.soFar(number(n)) })
      const ids = [...new Set(rows.map(whose).filter((id) => id !== null))]
      const { withheld, outside } = await files.leaving(title, rows.length, ids)
      const gone = new Set(withheld)
      download(`${title}.xlsx`, sheetOf(title, columns, rows.filter((row) => !gone.has(whose(row) as Id))))
      said.value = [...(cut ? [t.value.reg.list.cut(number(rows.length))] : []), ...missingLines(gone.size, outside.length, number, t.value)].join(t.value.words.stop)
    } catch (thrown) {
      said.value = saidOf(asProblem(thrown))
    }
  }
  return { said, leave }
}
