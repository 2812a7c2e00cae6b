import { describe, expect, it } from 'vitest'
import { buildingOf, CROWD, housesOf } from '../src/state/houses'
import { queueOf } from '../src/state/queue'
import type { Incident } from '../src/api/types'
import { call, iso, NOON } from './cast'

const at = (address: string, change: Partial<Incident['place']> = {}): Incident['place'] => ({ address, area_code: '370613001001', community: null, floor: null, lift: null, lon: 121.44, lat: 37.51, datum: 'wgs84', ...change })

/** Call `id` from a room of a building, `id` seconds after noon. */
const from = (id: number, building: number, change: Partial<Incident> = {}): Incident => call(id, { opened_at: iso(NOON + id * 1000), place: at(`清泉社区 山海路 12 号 ${building} 号楼 1-${id}`), ...change })

describe('which building an address names', () => {
  it.each([
    ['海棠湾 观海路 12 号 3 号楼 2-502', '海棠湾 观海路 12 号 3 号楼'],
    ['文化路1号院3号楼2单元401', '文化路1号院3号楼'],
    ['观海花园 6 栋 1 单元 302', '观海花园 6 栋'],
    ['迎春大街 88 号 B座 1203', '迎春大街 88 号 B座'],
    ['山海路 12 号 5 楼', '山海路 12 号'],
    ['清泉村 东头第三家', null],
  ])('%s', (address, building) => {
    expect(buildingOf(address)).toBe(building)
  })
})

describe('very many calls at once', () => {
  it('are as they were while they can be looked at one by one', () => {
    const queue = queueOf(Array.from({ length: CROWD }, (_, n) => from(n, 1)))
    expect(queue.houses).toBeNull()
    expect(queue.waiting.map((one) => one.id)).toEqual(Array.from({ length: CROWD }, (_, n) => n))
  })

  it('stand by building, and none of the two thousand is missing', () => {
    const calls = Array.from({ length: 2_000 }, (_, n) => from(n, n % 40))
    const houses = queueOf(calls).houses ?? []
    expect(houses).toHaveLength(40)
    expect(new Set(houses.flatMap((house) => house.calls.map((one) => one.id))).size).toBe(2_000)
    expect(houses[0]?.name).toBe('清泉社区 山海路 12 号 0 号楼')
  })

  it('the first of each building that nobody sees to goes before all others', () => {
    const waiting = [...Array.from({ length: CROWD }, (_, n) => from(n, 1)), from(50, 2, { kind: 'fall' }), from(60, 3)]
    const queue = queueOf([...waiting, from(70, 3, { state: 'assigned' })])
    expect(queue.waiting.map((one) => one.id).slice(0, 3)).toEqual([0, 50, 1])
    expect(queue.waiting).toHaveLength(CROWD + 2)
  })

  it('without a building in the address a spot counts, and without a spot each is alone', () => {
    const nowhere = { lon: null, lat: null } as unknown as Partial<Incident['place']>
    const houses = housesOf([call(1, { place: at('东头') }), call(2, { place: at('东头第二家') }), call(3, { place: at('西头', nowhere) }), call(4)])
    expect(houses.map((house) => house.calls.map((one) => one.id))).toEqual([[1, 2], [3], [4]])
  })
})
