import { describe, expect, it } from 'vitest'
import { csvOf, fileCell, isLong, nextOrder, onPage, sorted, type Column } from '../src/registers/table'

interface Row { id: number; name: string; age: number | null }
const columns: Column<Row>[] = [{ key: 'name', name: '姓名', cell: (row) => row.name }, { key: 'age', name: '年龄', cell: (row) => row.age }]
const rows: Row[] = [{ id: 1, name: '王', age: 90 }, { id: 2, name: '陈', age: null }, { id: 3, name: '林', age: 9 }]

describe('order of rows', () => {
  it('sorts figures as figures, and keeps the empty last either way', () => {
    expect(sorted(rows, columns, { key: 'age', down: false }).map((row) => row.age)).toEqual([9, 90, null])
    expect(sorted(rows, columns, { key: 'age', down: true }).map((row) => row.age)).toEqual([90, 9, null])
  })

  it('sorts names as Chinese does, and leaves the rows it was given alone', () => {
    expect(sorted(rows, columns, { key: 'name', down: false }).map((row) => row.name)).toEqual(['陈', '林', '王'])
    expect(rows.map((row) => row.id)).toEqual([1, 2, 3])
  })

  it('goes up, down, then back to the order of the service', () => {
    const up = nextOrder(null, 'age')
    const down = nextOrder(up, 'age')
    expect([up, down, nextOrder(down, 'age'), nextOrder(down, 'name')]).toEqual([{ key: 'age', down: false }, { key: 'age', down: true }, null, { key: 'name', down: false }])
  })
})

describe('the file of a list', () => {
  it('quotes what would break a line and never begins a formula', () => {
    expect([fileCell('a,b'), fileCell('说"好"'), fileCell('=1+1'), fileCell('+86138'), fileCell(-3), fileCell(null)])
      .toEqual(['"a,b"', '"说""好"""', "'=1+1", "'+86138", '-3', ''])
  })

  it('begins with the mark that spreadsheets want', () => {
    expect(csvOf(rows, columns)).toBe('\ufeff姓名,年龄\r\n王,90\r\n陈,\r\n林,9\r\n')
  })
})

describe('a list on paper', () => {
  it('keeps states, dates and money in one line, and lets names of firms, models and addresses wrap', () => {
    expect(['T-000123', '已验收', '10月28日 周三', '✓ online', '¥1,070.00', null].map(isLong)).toEqual([false, false, false, false, false, false])
    expect(['椿萱居家养老服务有限公司', '床头呼叫器 BX-2', '友谊街社区 望舟巷 17 号', 'Fitted at the elder\'s bedside'].map(isLong)).toEqual([true, true, true, true])
  })
})

describe('columns on the page', () => {
  it('leave out what is for the file only, and the spare ones until they are chosen', () => {
    const all: Column<Row>[] = [...columns, { key: 'source', name: '出处', cell: () => '某区规划', filedOnly: true }, { key: 'dialect', name: '方言', cell: () => null, spare: true }]
    expect(onPage(all, []).map((one) => one.key)).toEqual(['name', 'age'])
    expect(onPage(all, ['dialect', 'source']).map((one) => one.key)).toEqual(['name', 'age', 'dialect'])
  })
})
