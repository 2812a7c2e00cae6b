import { describe, expect, it } from 'vitest'
import { acceptedInChinese, problemInChinese } from '../src/registers/wording'

describe('objections in Chinese', () => {
  it('keep the figures of what was wrong and what would be right', () => {
    expect(problemInChinese('has 17 places')).toBe('有 17 位')
    expect(problemInChinese('places 7 to 14 (19431399) are no date of birth')).toBe('第 7 到 14 位（19431399）不是出生日期')
    expect(problemInChinese('the same ID number stands in row 12')).toBe('和第 12 行是同一个身份证号')
    expect(acceptedInChinese('X at the end, or mend one digit before it')).toBe('最后一位应是 X，或前面有一位写错')
    expect(acceptedInChinese('a date 1900-01-01 to 2026-11-27')).toBe('1900-01-01 到 2026-11-27 之间的日期')
  })

  it('leave alone what nobody has written down yet', () => {
    expect(problemInChinese('something quite new')).toBe('something quite new')
    expect(acceptedInChinese('0 to 4 (进食)')).toBe('0 to 4 (进食)')
  })
})
