import { describe, expect, it } from 'vitest'
import { blankCaller, calledBy, callerWhole } from '../src/registers/caller'

describe('who called', () => {
  it('is asked of whoever sits at the telephone, and left to the others', () => {
    expect(['dispatcher', 'supervisor', 'station_manager'].map((role) => blankCaller(role).on)).toEqual([true, false, false])
  })

  it('goes with the verb only when somebody did, whole and without blanks around it', () => {
    const draft = { on: true, name: ' 陈小妹 ', relation: '女儿', consent: '本人同意 ' }
    expect(calledBy(draft)).toEqual({ on_behalf: { name: '陈小妹', relation: '女儿', consent: '本人同意' } })
    expect(calledBy({ ...draft, on: false })).toEqual({})
    expect([callerWhole(draft), callerWhole({ ...draft, consent: ' ' }), callerWhole({ ...draft, consent: '', on: false })]).toEqual([true, false, true])
  })
})
