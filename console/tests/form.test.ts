import { describe, expect, it } from 'vitest'
import { Problem } from '../src/api/http'
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
