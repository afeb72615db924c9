/** Which files hold the law, and which tests are asked about a fault in each: fast ones first. */
import { globSync } from 'node:fs';

/** What may be, what a cut does, who is let through, and what a verification compares. */
const LAW = [
  'src/law/**/*.ts',
  'src/document/{actions,address,blocks,canonicalize,checks,effect,manifest,outline,plan,spans,tree}.ts',
  'src/ledger/*.ts',
  'src/ledger/effect/{actions,births,blocks,change-set-row,live-units,plan-addresses}.ts',
  'src/ledger/verify/*.ts',
];

interface Asked {
  readonly files: RegExp;
  /** Each step runs at once; the first one that fails has killed the fault. */
  readonly steps: readonly (readonly string[])[];
}

const pure = (room: string): string => `test/${room}/**/!(*.db).test.ts`;
const PHASES = ['test/ledger/phases.db.test.ts', 'test/ledger/phase-inputs.db.test.ts'];
const VERIFY = ['test/ledger/verify/*.db.test.ts'];
const REWRITTEN = ['test/ledger/amendment.db.test.ts', 'test/ledger/plan-cut.db.test.ts'];
const VERBS = [
  'test/ledger/{order,idempotency,retryable,dry-run,sweep-named,review-registrar,races,foreign-*}.db.test.ts',
  'test/auth/replay-principal.db.test.ts',
];
const JUDGES = [
  'test/fsck/meaning/*.db.test.ts',
  'test/fsck/log/*.db.test.ts',
  'test/passport/rules.db.test.ts',
  'test/monitor/judges/*.test.ts',
  'test/keys/*.db.test.ts',
  'test/log/setback/*.db.test.ts',
];

const ASKED: readonly Asked[] = [
  {
    files: /^src\/law\//,
    steps: [
      [pure('law')],
      ['test/law/*.db.test.ts', ...PHASES],
      [...VERBS, ...REWRITTEN],
      [...VERIFY, ...JUDGES],
    ],
  },
  {
    files: /^src\/document\//,
    steps: [
      ['test/document/!(spans|properties|laws|headings).test.ts'],
      ['test/document/{spans,properties}.test.ts'],
      [...PHASES, ...REWRITTEN],
      VERIFY,
    ],
  },
  { files: /^src\/ledger\/verify\//, steps: [VERIFY, PHASES, [...REWRITTEN, ...VERBS], JUDGES] },
  { files: /^src\/ledger\/effect\//, steps: [REWRITTEN, PHASES, VERIFY, [...VERBS, ...JUDGES]] },
  { files: /^src\/ledger\//, steps: [PHASES, VERBS, REWRITTEN, VERIFY, JUDGES] },
];

export function lawFiles(folder: string): string[] {
  return LAW.flatMap((pattern) => globSync(pattern, { cwd: folder })).sort();
}

/** The tests to ask about a file, step by step; its own test comes before all. */
export function testsFor(file: string, folder: string): string[][] {
  const own = file.replace(/^src\//, 'test/').replace(/\.ts$/, '');
  const asked = ASKED.find(({ files }) => files.test(file))?.steps ?? [];
  const steps = [[`${own}.test.ts`], [`${own}.db.test.ts`], ...asked];
  const seen = new Set<string>();
  return steps
    .map((patterns) => patterns.flatMap((pattern) => globSync(pattern, { cwd: folder })).sort())
    .map((files) => files.filter((name) => !seen.has(name) && seen.add(name)))
    .filter((files) => files.length > 0);
}
