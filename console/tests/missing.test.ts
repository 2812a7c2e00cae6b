import { describe, expect, it } from 'vitest'
import { en } from '../src/i18n/en'
import { zh } from '../src/i18n/zh'
import { missingLines } from '../src/registers/missing'

describe('whom a sheet lacks', () => {
  const lines = (withheld: number, outside: number, t = zh): string[] => missingLines(withheld, outside, String, t)
  it('is told apart: who took consent back, and who went elsewhere meanwhile', () => {
    expect(lines(0, 0)).toEqual([])
    expect(lines(2, 0)).toEqual(['有 2 人不同意资料外送，没有放进去'])
    expect(lines(1, 1)).toEqual(['有 1 人刚刚转到别处，不归你管了，没有放进去'])
    expect(lines(3, 1)).toEqual(['有 2 人不同意资料外送，没有放进去', '有 1 人刚刚转到别处，不归你管了，没有放进去'])
    expect(lines(3, 1, en as typeof zh)).toHaveLength(2)
  })
})
