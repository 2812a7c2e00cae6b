import { describe, expect, it } from 'vitest'
import { isTyping, pressName } from '../src/keys'
import { clampToEdge, distanceM, gcjToWgs, inDatum, scaleOf, wgsToGcj } from '../src/map/geo'
import { roadGraph, Ways } from '../src/map/roads'

const key = (name: string, change: Partial<KeyboardEvent> = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...change })
const field = { tagName: 'INPUT' }

describe('keys', () => {
  it('letters are off while typing, F-keys and Esc are not', () => {
    expect(pressName(key('a'), field)).toBeNull()
    expect(pressName(key('F1'), field)).toBe('F1')
    expect(pressName(key('Escape'), field)).toBe('Escape')
    expect(pressName(key('a'), { tagName: 'DIV' })).toBe('A')
    expect(isTyping({ tagName: 'DIV', isContentEditable: true })).toBe(true)
  })

  it('leaves browser chords and an input method alone', () => {
    expect(pressName(key('r', { ctrlKey: true }), null)).toBeNull()
    expect(pressName(key('n', { isComposing: true }), null)).toBeNull()
  })
})

describe('places', () => {
  it('changes datum there and back within a decimetre', () => {
    const [lon, lat] = gcjToWgs(...wgsToGcj(121.44, 37.46))
    expect(distanceM([lon, lat], [121.44, 37.46])).toBeLessThan(0.1)
    expect(distanceM(wgsToGcj(121.44, 37.46), [121.44, 37.46])).toBeGreaterThan(300)
    const back = inDatum(...inDatum(121.44, 37.46, 'wgs84', 'bd09'), 'bd09', 'wgs84')
    expect(distanceM(back, [121.44, 37.46])).toBeLessThan(2)
  })

  it('keeps what is outside at the edge, pointing to it', () => {
    const margin = { x: 20, top: 20, bottom: 20 }
    expect(clampToEdge(50, 50, 100, 100, margin)).toEqual({ x: 50, y: 50, outside: false, angle: 0 })
    expect(clampToEdge(500, 50, 100, 100, margin)).toEqual({ x: 80, y: 50, outside: true, angle: 0 })
    expect(clampToEdge(50, -400, 100, 100, margin)).toMatchObject({ y: 20, outside: true, angle: -90 })
  })

  it('chooses a round scale', () => {
    expect(scaleOf(8, 90)).toEqual({ metres: 500, px: 62.5 })
  })
})

describe('ways along roads', () => {
  const grid = roadGraph([[[121.40, 37.4], [121.44, 37.4]], [[121.42, 37.38], [121.42, 37.43]], [[121.40, 37.42], [121.44, 37.42]]])

  it('turns where roads cross, even when the lines share no point', () => {
    const way = new Ways(grid).between([121.401, 37.4], [121.439, 37.42])
    expect(way.some(([lon, lat]) => distanceM([lon, lat], [121.42, 37.4]) < 1)).toBe(true)
    expect(way.some(([lon, lat]) => distanceM([lon, lat], [121.42, 37.42]) < 1)).toBe(true)
  })

  it('is a straight line where no road is near, and only the rest of it for somebody under way', () => {
    expect(new Ways(grid).between([122, 38], [121.4, 37.4])).toHaveLength(2)
    const rest = new Ways(grid).rest([121.40, 37.4], [121.44, 37.42], [121.42, 37.41])
    expect(rest[0]).toEqual([121.42, 37.41])
    expect(rest.every(([, lat]) => lat > 37.4)).toBe(true)
  })
})
