import { describe, expect, it } from 'vitest'
import { goStep, hashOf, mayWrite, placesOf, PLACES, readHash } from '../src/places/route'

describe('addresses', () => {
  it('read back what they were made of', () => {
    for (const place of PLACES.filter((one) => one !== 'desk')) {
      const query = { state: 'active', name: '陈 & 林' }
      expect(readHash(hashOf(place, 12, query))).toEqual({ place, id: '12', query })
      expect(readHash(hashOf(place))).toEqual({ place, id: null, query: {} })
    }
  })

  it('lead to the desk when nobody knows them', () => {
    for (const hash of ['', '#', '#/', '#/nowhere/3', '#/__proto__']) expect(readHash(hash).place).toBe('desk')
  })

  it('survive a broken escape', () => {
    expect(readHash('#/beds/%zz?state=%E4%')).toMatchObject({ place: 'beds', id: '%zz' })
  })

  it('carry no empty filter', () => {
    expect(hashOf('beds', null, { state: '', name: '林' })).toBe('#/beds?name=%E6%9E%97')
  })
})

describe('g and a letter', () => {
  const press = (names: string[], gapMs = 100, seen = PLACES) => {
    let state: { since: number | null } = { since: null }
    let last: ReturnType<typeof goStep> | null = null
    names.forEach((name, n) => { last = goStep(state, name, n * gapMs, seen); state = last.state })
    return last as unknown as ReturnType<typeof goStep>
  }

  it('goes, and leaves other letters to the page', () => {
    expect(press(['G', 'B'])).toMatchObject({ to: 'beds', used: true })
    expect(press(['G', 'D'])).toMatchObject({ to: 'desk', used: true })
    expect(press(['G', 'X'])).toMatchObject({ to: null, used: false })
    expect(press(['B'])).toMatchObject({ to: null, used: false })
  })

  it('forgets a g that nobody followed up', () => {
    expect(press(['G', 'B'], 2_000)).toMatchObject({ to: null, used: false })
  })

  it('leads nowhere that the role does not see', () => {
    expect(placesOf('caregiver')).toEqual(['desk'])
    expect(press(['G', 'B'], 100, placesOf('caregiver') as typeof PLACES)).toMatchObject({ to: null })
    expect([mayWrite('dispatcher'), mayWrite('supervisor'), mayWrite('caregiver')]).toEqual([true, true, false])
  })
})
