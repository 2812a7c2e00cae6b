import { describe, expect, it } from 'vitest'
import { Problem } from '../src/api/http'
import { degrees, pointOf } from '../src/elders/point'
import { objectionsOf } from '../src/registers/objections'

describe('objections of the service', () => {
  it('stand at the fields they are about', () => {
    const problem = new Problem(422, { code: 'input.invalid', fields: [{ field: 'body.born_on', problem: 'in the future', accepted: '1900-01-01 to today' }, { field: 'contacts.0.phone', problem: 'too short' }] })
    expect(objectionsOf(problem)).toEqual({ born_on: { problem: 'in the future', accepted: '1900-01-01 to today' }, 'contacts.0.phone': { problem: 'too short', accepted: '' } })
  })

  it('are none when the refusal names no field', () => {
    expect(objectionsOf(new Problem(409, { code: 'state.changed' }))).toEqual({})
  })
})

describe('a point in a form', () => {
  it('is two texts in degrees, or nothing', () => {
    expect(pointOf('121.445', ' 37.511 ')).toEqual([121.445, 37.511])
    for (const [lon, lat] of [['', '37.5'], ['121', ''], ['abc', '37.5'], ['121', '97'], ['361', '37']] as const) expect(pointOf(lon, lat)).toBeNull()
    expect(degrees(121.44500000001)).toBe('121.445000')
  })
})
