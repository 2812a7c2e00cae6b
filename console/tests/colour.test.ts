import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contrast, distance, type Sight } from './sight'

const source = (path: string): string => readFileSync(new URL(`../src/${path}`, import.meta.url), 'utf8')
const css = source('ui/tokens.css')
const tokens = (block: string): Record<string, string> => Object.fromEntries([...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{3,6})\b/g)].map((one) => [one[1] ?? '', one[2] ?? '']))
const day = tokens(css.slice(0, css.indexOf('[data-theme="night"]')))
const THEMES = { day, night: { ...day, ...tokens(css.slice(css.indexOf('[data-theme="night"]'))) } }
type Theme = keyof typeof THEMES
const colour = (theme: Theme, name: string): string => THEMES[theme][name] ?? '#ff00ff'

/** What says a state by colour, and the shape or sign that says it too. */
const STATES: Record<string, string> = { 'alarm-f': 'unanswered', 'warn-f': 'late', ok: 'done', tide: 'taken', drill: 'drill' }
const SIGHTS: Sight[] = ['full', 'protan', 'deutan', 'tritan']
/** Below this two fills may be taken for each other at a glance. */
const APART = 20
/** Never taken for each other, whatever the eyes: a call that waits beside anything that is well or only late. */
const ALWAYS_APART = [['alarm-f', 'warn-f'], ['alarm-f', 'ok'], ['warn-f', 'ok'], ['warn-f', 'tide'], ['alarm-f', 'tide']] as const

describe.each(['day', 'night'] as const)('text by %s', (theme) => {
  it('stands out from every ground it is written on', () => {
    const weak: string[] = []
    const look = (text: string, ground: string, least: number): void => {
      const ratio = contrast(colour(theme, text), colour(theme, ground))
      if (ratio < least) weak.push(`${text} on ${ground} ${ratio.toFixed(2)}`)
    }
    for (const text of ['ink1', 'ink2', 'ink3', 'tide', 'alarm', 'warn', 'ok', 'drill']) for (const ground of ['s1', 's2', 'bg']) look(text, ground, 4.5)
    for (const text of ['ink1', 'ink2']) for (const ground of ['s3', 'tide-t', 'warn-t', 'alarm-t', 'ok-t', 'drill-t']) look(text, ground, 4.5)
    for (const own of ['tide', 'alarm', 'warn', 'ok', 'drill']) look(own, `${own}-t`, 4.5)
    for (const [text, fill] of [['on-alarm', 'alarm-f'], ['on-warn', 'warn-f'], ['on-tide', 'tide']] as const) look(text, fill, 4.5)
    for (const ground of ['s1', 's2']) look('edge', ground, 3)
    expect(weak).toEqual([])
  })
})

describe.each(['day', 'night'] as const)('states by %s', (theme) => {
  it.each(SIGHTS)('danger is nobody\'s calm, to eyes of kind %s', (sight) => {
    const near = ALWAYS_APART.filter(([a, b]) => distance(colour(theme, a), colour(theme, b), sight) < APART)
    expect(near.map(([a, b]) => `${a}–${b} ${distance(colour(theme, a), colour(theme, b), sight).toFixed(0)}`)).toEqual([])
  })

  it('those that some eyes may confuse have shapes of their own', () => {
    const shapes = source('ui/StateShape.vue')
    const drawn = (shape: string): string => {
      const at = shape === 'drill' ? shapes.indexOf('<path v-else d=') : shapes.indexOf(`shape === '${shape}'`)
      expect(at).toBeGreaterThan(0)
      return /(?: d="[^"]+"| r="[^"]+")/.exec(shapes.slice(at))?.[0] ?? ''
    }
    const names = Object.keys(STATES)
    const confused = names.flatMap((a, n) => names.slice(n + 1).filter((b) => SIGHTS.some((sight) => distance(colour(theme, a), colour(theme, b), sight) < APART)).map((b) => [a, b] as const))
    for (const [a, b] of confused) expect(drawn(STATES[a] ?? '')).not.toBe(drawn(STATES[b] ?? ''))
    expect(confused.every(([a, b]) => !ALWAYS_APART.some((pair) => pair[0] === a && pair[1] === b))).toBe(true)
  })
})

describe('the eyes of this test', () => {
  it('measure as others do', () => {
    expect(contrast('#000', '#fff')).toBeCloseTo(21, 5)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(distance('#ffffff', '#000000', 'full')).toBeCloseTo(100, 0)
    expect(distance('#ff0000', '#00ff00', 'full')).toBeGreaterThan(2 * distance('#ff0000', '#00ff00', 'deutan'))
  })
})

describe('words of state on the pages', () => {
  it('begin with a sign wherever a cell is coloured by its state', () => {
    const pages = ['fleet/DeviceList.vue', 'patrols/PatrolsPage.vue', 'beds/WaitingPage.vue', 'rules/ProviderList.vue']
    for (const page of pages) {
      const toned = [...source(page).matchAll(/\{ key: '(\w+)'.*?tone: \(\w+\) => \(?(.*)$/gm)]
      expect(toned.length).toBeGreaterThan(0)
      for (const [line] of toned) if (/'(good|odd|bad)'/.test(line)) expect(/[✓▲×]|standing/.test(line)).toBe(true)
    }
  })
})
