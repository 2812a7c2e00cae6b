/** Composition root: styles, language, one app on one element; it holds no behaviour. */
import './ui/tokens.css'
import './ui/base.css'
import './i18n'
import { createApp } from 'vue'
import App from './App.vue'

createApp(App).mount('#app')
