/** A list as an XLSX sheet (ECMA-376): bold headings that stay in sight, columns as wide as what they hold, no formulas. */
import { strToU8, zipSync } from 'fflate'
import { clockHm, dateParts, ms } from '../state/time'
import { filed, type Cell, type Column } from './table'

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const BOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
export const XLSX = `${BOOK}.sheet`
const NARROWEST = 6
const WIDEST = 60
/** Rows that say how wide a column is; the rest is as wide. */
const MEASURED = 200

const FIXED: Record<string, string> = {
  '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${BOOK}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${BOOK}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${BOOK}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet ${MAIN}><fonts count="2"><font><sz val="11"/><name val="Microsoft YaHei"/></font><font><b/><sz val="11"/><name val="Microsoft YaHei"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
}

const ENTITY: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** Text as XML holds it; what XML cannot hold is left out. */
const safe = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (one) => ENTITY[one] ?? one)

/** Whether text is text to a spreadsheet lies in the cell's type: nothing in it is ever reckoned. */
const cellOf = (value: Cell, style = ''): string =>
  value === null || value === undefined || value === '' ? `<c${style}/>`
    : typeof value === 'number' && Number.isFinite(value) ? `<c${style}><v>${value}</v></c>`
      : `<c t="inlineStr"${style}><is><t xml:space="preserve">${safe(String(value))}</t></is></c>`

/** In letters; a character of Chinese is two. */
const widthOf = (value: Cell): number => [...String(value ?? '')].reduce((sum, one) => sum + (one > '\u00ff' ? 2 : 1), 2)

const nameOf = (title: string): string => title.replace(/[[\]:*?/\\]/g, ' ').slice(0, 31).trim() || '1'

/** One sheet of these rows under the names of their columns. */
export function sheetOf<T>(title: string, columns: readonly Column<T>[], rows: readonly T[]): Blob {
  const widths = columns.map((one) => Math.min(WIDEST, Math.max(NARROWEST, widthOf(one.name), ...rows.slice(0, MEASURED).map((row) => widthOf(filed(one, row))))))
  const lines = [`<row>${columns.map((one) => cellOf(one.name, ' s="1"')).join('')}</row>`, ...rows.map((row) => `<row>${columns.map((one) => cellOf(filed(one, row))).join('')}</row>`)]
  const parts: Record<string, string> = {
    ...FIXED,
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${OFFICE}"><sheets><sheet name="${safe(nameOf(title))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/worksheets/sheet1.xml': `<worksheet ${MAIN}><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.map((width, n) => `<col min="${n + 1}" max="${n + 1}" width="${width}" customWidth="1"/>`).join('')}</cols><sheetData>${lines.join('')}</sheetData></worksheet>`,
  }
  const files = Object.fromEntries(Object.entries(parts).map(([path, xml]) => [path, strToU8(HEAD + xml)]))
  return new Blob([zipSync(files) as Uint8Array<ArrayBuffer>], { type: XLSX })
}

/** A moment as a sheet holds it, so that it sorts: 2026-11-28 09:05. */
export function stamp(moment: string | null | undefined): string | null {
  if (!moment) return null
  const { year, month, day } = dateParts(ms(moment))
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')} ${clockHm(ms(moment))}`
}
