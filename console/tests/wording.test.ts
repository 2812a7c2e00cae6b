import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { BY_CODE, KNOWN, SOURCES } from '../src/registers/known'
import { acceptedInChinese, inPlainEnglish, problemInChinese } from '../src/registers/wording'

describe('objections in Chinese', () => {
  it('keep the figures of what was wrong and what would be right', () => {
    expect(problemInChinese('has 17 places')).toBe('有 17 位')
    expect(problemInChinese('places 7 to 14 (19431399) are no date of birth')).toBe('第 7 到 14 位（19431399）不是出生日期')
    expect(problemInChinese('the same ID number stands in row 12')).toBe('和第 12 行是同一个身份证号')
    expect(acceptedInChinese('X at the end, or mend one digit before it')).toBe('最后一位应是 X，或前面有一位写错')
    expect(acceptedInChinese('a date 1900-01-01 to 2026-11-27')).toBe('1900-01-01 到 2026-11-27 之间的日期')
  })

  it('leave no scrap of the checker or of English behind', () => {
    expect(problemInChinese('is not written like this')).toBe('写法不对')
    expect(acceptedInChinese('a 12-digit area code')).toBe('选一个社区，或填 12 位区划代码')
    expect(acceptedInChinese('at least this long: 1')).toBe('要填')
    expect(acceptedInChinese('18 places: 17 digits, then a digit or X (15 digits for an old one)')).toBe('18 位：17 位数字加一位数字或 X（老证 15 位）')
    expect(acceptedInChinese('2026-11-01 to 2026-11-28')).toBe('2026-11-01 到 2026-11-28')
    expect([problemInChinese('is not after from_at'), problemInChinese('is more than 7 days after from_at')]).toEqual(['要晚于“从”', '比“从”晚 7 天以上'])
    expect(problemInChinese('is missing or doubled')).toBe('没填或填了两样')
    expect(problemInChinese('翡翠街道 is a street')).toBe('翡翠街道不是社区')
    expect(problemInChinese('is not within your scope')).toBe('不归你管')
    expect(inPlainEnglish('a community within your scope (GET /api/areas)')).toBe('a community within your scope')
    expect(inPlainEnglish('a 12-digit area code')).toBe('a community, or a 12-digit area code')
  })

  it('have the Chinese of every way in which text is written', () => {
    const inputs = readFileSync(new URL('../../service/inputs.py', import.meta.url), 'utf8')
    const table = /^WRITTEN = \{$(.*?)^\}$/ms.exec(inputs)?.[1] ?? ''
    const ways = [...table.matchAll(/: "([^"]+)",$/gm)].map((one) => one[1] ?? '')
    expect(ways.length).toBeGreaterThan(10)
    expect(ways.filter((one) => acceptedInChinese(one) === one)).toEqual([])
  })

  it('speak of sheets, duties and rules as a clerk would', () => {
    expect(problemInChinese('nobody with this ID number is in the register')).toBe('名册里没有这个身份证号的人')
    expect([problemInChinese('does not fit what is in the register'), acceptedInChinese('look at it again')]).toEqual(['和名册里已有的对不上', '核对后再传'])
    expect([problemInChinese('who is to accept'), problemInChinese('a picture of 扶手 before')]).toEqual(['没定谁验收', '“扶手”没有改前照片'])
    expect(acceptedInChinese('number or name: 0 能力完好、1 轻度失能')).toBe('序号或名称：0 能力完好、1 轻度失能')
    expect(acceptedInChinese('an account, or a name and a phone number')).toBe('选一个人，或写姓名和电话')
    expect([problemInChinese('Value error, conditions nest at most 5 deep'), acceptedInChinese('see docs/domain/policies.md')]).toEqual(['条件最多套 5 层', ''])
    expect(inPlainEnglish('Value error, least takes a whole number from 0 to 150')).toBe('least takes a whole number from 0 to 150')
  })

  it('say how long a result from elsewhere may hold', () => {
    expect([problemInChinese('2100-12-31 lies after 2010-12-31'), acceptedInChinese('2010-01-01 to 2010-12-31, or none')]).toEqual(['2100-12-31 晚于 2010-12-31', '2010-01-01 到 2010-12-31，或不填'])
    expect([acceptedInChinese('le 2199-12-31'), acceptedInChinese('ge 1900-01-01')]).toEqual(['不晚于 2199-12-31', '不早于 1900-01-01'])
  })

  it('say what no district may rule away', () => {
    expect([problemInChinese('Value error, a call device must be mandatory'), problemInChinese('Value error, design and accept must be apart')]).toEqual(['至少一台呼叫器要必装', '设计和验收必须分开'])
  })

  it('speak of terminals and their numbers', () => {
    expect(problemInChinese("0 stations of yours are called '没有的站'")).toBe('你名下没有叫“没有的站”的站')
    expect([problemInChinese('terminal T-1 is registered already'), problemInChinese("'T 1' is no terminal's number")]).toEqual(['终端 T-1 已经登记过', '“T 1”不是终端编号'])
    expect([acceptedInChinese('at most 40 characters'), acceptedInChinese('letters, digits and signs without spaces')]).toEqual(['最多 40 个字', '字母、数字和符号，不带空格'])
    expect(inPlainEnglish('one from stock, or of household 12')).toBe('one from stock, or of this home')
  })

  it('speak of blocks of respite and of who covers a station', () => {
    expect([problemInChinese('makes the block too short'), acceptedInChinese('at least 1 hour')]).toEqual(['太短了', '至少 1 小时'])
    expect([problemInChinese('works for another provider'), acceptedInChinese('somebody who works there now')]).toEqual(['是别家机构的人', '选现在在那里上班的人'])
    expect(problemInChinese('has left')).toBe('账号已停用')
  })

  it('speak of who left and of columns that stand twice', () => {
    expect(problemInChinese('2100-01-01 cannot be the day somebody left')).toBe('2100-01-01 不可能是离开日期')
    expect([problemInChinese('stands in more than one column: B 姓名, F name'), acceptedInChinese('one column of it')]).toEqual(['有不止一列：B 姓名, F name', '只留一列'])
    expect([acceptedInChinese('at most 180'), acceptedInChinese('at least -90')]).toEqual(['最多 180', '至少 -90'])
  })

  it('leave alone what nobody has written down yet', () => {
    expect(problemInChinese('something quite new')).toBe('something quite new')
    expect(acceptedInChinese('0 to 4 (进食)')).toBe('0 to 4 (进食)')
  })
})

describe('names of rules', () => {
  const kinds = readFileSync(new URL('../../service/policies/kinds.py', import.meta.url), 'utf8')

  it('that the service comes with have their English', () => {
    const names = [...kinds.matchAll(/"name": "([^"]*[\u4e00-\u9fff][^"]*)"/g)].map((one) => one[1] ?? '')
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((one) => KNOWN[one] === undefined)).toEqual([])
  })

  it('and the texts they rest on have their Chinese, as they are written there', () => {
    const written = [...kinds.matchAll(/^ {8}"([^"\n]{20,})",$/gm)].map((one) => one[1] ?? '')
    expect(written.filter((one) => SOURCES[one] === undefined)).toEqual([])
    expect(Object.keys(SOURCES).filter((one) => !kinds.includes(`"${one}"`))).toEqual([])
  })

  it('are known by their code before a row tells them', () => {
    const codes = [...kinds.matchAll(/"code": "(\w+)",\s+"name": "([^"]+)"/g)].map(([, code, name]) => [code, name])
    expect(codes.length).toBeGreaterThan(3)
    expect(codes).toEqual(Object.entries(BY_CODE))
  })
})
