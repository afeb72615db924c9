import { defineConfig } from 'vitest/config';

// Timeouts are for what hangs, not for what is slow: no test asserts a time by them.
const TIMEOUT_MS = 20_000;
/** A statement waits for its turn where other programs use the machine, and a server's start waits for PostgreSQL's. */
const DATABASE_TIMEOUT_MS = 120_000;
/** One test may start, kill and restart many processes: servers, PostgreSQL, browsers. */
const ADVERSARY_TIMEOUT_MS = 180_000;

const timeouts = (timeoutMs: number) => ({
  testTimeout: timeoutMs,
  hookTimeout: timeoutMs,
  expect: { poll: { timeout: timeoutMs } },
});

export default defineConfig({
  // As Node resolves them: else our imports of graphql find its development build, and the libraries' its other one.
  ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
  test: {
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/cli/generated/**', 'src/passport/page/**'],
      reporter: ['text-summary'],
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.db.test.ts', 'test/adversary/**'],
          // These hold no connection, no server and no signal handler, so that they may share a thread and its imports.
          pool: 'threads',
          ...timeouts(TIMEOUT_MS),
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['test/**/*.db.test.ts'],
          globalSetup: ['test/harness/cluster.ts'],
          setupFiles: ['test/harness/setup.ts'],
          // Each file has a process of its own, so that a crash, a signal handler or a leaked timer stays in its file.
          pool: 'forks',
          ...timeouts(DATABASE_TIMEOUT_MS),
        },
      },
      {
        extends: true,
        test: {
          name: 'adversary',
          include: ['test/adversary/**/*.test.ts'],
          globalSetup: ['test/harness/cluster.ts'],
          setupFiles: ['test/harness/setup.ts'],
          pool: 'forks',
          ...timeouts(ADVERSARY_TIMEOUT_MS),
        },
      },
    ],
  },
});
