import { transformAsync } from '@babel/core';
import { defineConfig } from 'vite';

/** Puts what relay-compiler made in the place of each `graphql` text. */
const relay = {
  name: 'relay',
  enforce: 'pre' as const,
  async transform(code: string, id: string) {
    if (!/\/src\/.*\.tsx?$/.test(id) || !code.includes('graphql`')) return null;
    return await transformAsync(code, {
      filename: id,
      configFile: false,
      sourceMaps: true,
      parserOpts: { plugins: ['typescript', 'jsx'] },
      plugins: [['babel-plugin-relay', { eagerEsModules: true }]],
    });
  },
};

export default defineConfig({
  base: './',
  plugins: [relay as never],
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } } },
});
