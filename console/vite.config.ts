/** How the console is built; it refuses to inline assets, because the server's policy allows files only. */
import { copyFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type PluginOption } from 'vite'

const SERVICE = process.env['UNWALLED_URL'] ?? 'http://127.0.0.1:8000'

/** The page at /docs draws the OpenAPI document with Swagger UI, served by us. */
const reference: PluginOption = {
  name: 'reference',
  apply: 'build',
  closeBundle() {
    for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
      copyFileSync(`node_modules/swagger-ui-dist/${file}`, `dist/reference/${file}`)
    }
  },
}

export default defineConfig(async ({ mode }) => {
  const plugins: PluginOption[] = [vue(), reference]
  const fixture = mode === 'fixture'
  if (fixture) plugins.push((await import('./fixture/plugin.ts')).fixture())
  const proxy = Object.fromEntries(['/api', '/healthz'].map((path) => [path, { target: SERVICE }]))
  return {
    plugins,
    server: {
      port: 5173,
      proxy: fixture ? undefined : { ...proxy, '/board': { target: SERVICE, ws: true } },
    },
    build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: true },
    test: { include: ['tests/**/*.test.ts'], environment: 'node' },
  }
})
