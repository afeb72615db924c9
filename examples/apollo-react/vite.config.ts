import { defineConfig } from 'vite';

// `npx vite` serves the page beside a ledger of this machine; a built page may lie in any folder.
export default defineConfig({
  base: './',
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
