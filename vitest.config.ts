import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves them: else our imports of graphql find its development build, and the libraries' its other one.
  ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/cluster.ts'],
    setupFiles: ['test/harness/setup.ts'],
    // Each file has a process of its own, so that a crash, a signal handler or a leaked timer stays in its file.
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs, not for what is slow: a machine may have much else to do.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
