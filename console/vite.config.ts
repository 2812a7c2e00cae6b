/** How the console is built; it refuses to inline assets, because the server's policy allows files only. */
import vue from '@vitejs/plugin-vue'
import { defineConfig, type PluginOption } from 'vite'

const SERVICE = process.env['UNWALLED_URL'] ?? 'http://127.0.0.1:8000'

export default defineConfig(async ({ mode }) => {
  const plugins: PluginOption[] = [vue()]
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
