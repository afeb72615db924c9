import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/longest-first.ts';
import { MAKES_A_LEDGER_MS, TEST_MS } from './test/harness/timeouts.ts';

/** Files that try some cases in the database tier, and all of them in the adversary tier. */
const TRIED_WHOLE = [
  'test/fsck/log/heads.db.test.ts',
  'test/fsck/rows/columns.db.test.ts',
  'test/fsck/rows/rows.db.test.ts',
  'test/passport/verify.db.test.ts',
  'test/readiness/random-states.db.test.ts',
  'test/upgrade.db.test.ts',
];

/** Whether one run has all tiers (`npm run test:all`): what is tried whole isn't tried in part as well. */
const HAS_ALL_TIERS = process.env['CUTTER_TEST_TIERS'] === 'all';

export default defineConfig({
  // As Node resolves them: else our imports of graphql find its development build, and the libraries' its other one.
  ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: TEST_MS } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/client/generated/**', 'src/passport/page/**'],
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
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['test/**/*.db.test.ts'],
          exclude: HAS_ALL_TIERS ? TRIED_WHOLE : [],
          provide: { share: 'some' },
          globalSetup: ['test/harness/cluster.ts'],
          setupFiles: ['test/harness/setup.ts'],
          // Each file has a process of its own, so that a crash, a signal handler or a leaked timer stays in its file.
          pool: 'forks',
          hookTimeout: MAKES_A_LEDGER_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'adversary',
          include: ['test/adversary/**/*.test.ts', ...TRIED_WHOLE],
          provide: { share: 'all' },
          globalSetup: ['test/harness/cluster.ts'],
          setupFiles: ['test/harness/setup.ts'],
          pool: 'forks',
          hookTimeout: MAKES_A_LEDGER_MS,
        },
      },
    ],
  },
});
