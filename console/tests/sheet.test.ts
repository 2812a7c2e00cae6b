import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { sheetOf, stamp } from '../src/registers/sheet'
import type { Column } from '../src/registers/table'

interface Row { name: string; age: number | null }
const columns: Column<Row>[] = [{ key: 'name', name: '姓名', cell: (row) => row.name }, { key: 'age', name: '年龄', cell: (row) => row.age, spare: true }]

async function parts(title: string, rows: Row[]): Promise<Record<string, string>> {
  const files = unzipSync(new Uint8Array(await sheetOf(title, columns, rows).arrayBuffer()))
  return Object.fromEntries(Object.entries(files).map(([path, body]) => [path, strFromU8(body)]))
}
const sheet = async (rows: Row[]): Promise<string> => (await parts('床位', rows))['xl/worksheets/sheet1.xml'] ?? ''

describe('a list as a sheet', () => {
  it('keeps text as text and figures as figures', async () => {
    const xml = await sheet([{ name: '=1+1', age: 90 }, { name: '', age: null }])
    expect(xml).toContain('<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c><c><v>90</v></c>')
    expect(xml).toContain('<row><c/><c/></row>')
    expect(xml).not.toContain('<f>')
  })

  it('leaves out the marks of the page, and says when instead of how long ago', async () => {
    const when: Column<Row>[] = [{ key: 'state', name: '状态', cell: () => '▲ 没人去' }, { key: 'at', name: '何时', cell: () => '刚刚', filed: () => stamp('2026-11-28T01:05:00Z') }]
    const files = unzipSync(new Uint8Array(await sheetOf('探访', when, [{ name: '', age: null }]).arrayBuffer()))
    const xml = strFromU8(files['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
    expect(xml).toContain('>没人去</t>')
    expect(xml).toMatch(/>2026-11-28 09:05<\/t>/)
    expect(xml).not.toMatch(/▲|刚刚/)
  })

  it('holds what XML cannot', async () => {
    expect(await sheet([{ name: '<王> & "陈"\u0001', age: 1 }])).toContain('&lt;王&gt; &amp; &quot;陈&quot;</t>')
  })

  it('has bold headings that stay, columns as wide as their words, and every column', async () => {
    const xml = await sheet([{ name: '一二三四五六七八九十', age: 1 }])
    expect(xml).toContain('state="frozen"')
    expect(xml).toContain('<c t="inlineStr" s="1"><is><t xml:space="preserve">年龄</t></is></c>')
    expect(xml).toContain('<col min="1" max="1" width="22" customWidth="1"/>')
  })

  it('names the sheet so that a spreadsheet takes it', async () => {
    expect((await parts('床位: 待办/全部 [1]'.padEnd(50, '长'), []))['xl/workbook.xml']).toMatch(/<sheet name="床位  待办 全部  1 长{18}"/)
    expect((await parts('///', []))['xl/workbook.xml']).toContain('<sheet name="1"')
  })
})
