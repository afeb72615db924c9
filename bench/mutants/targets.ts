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
  /** Each step runs at once; the first one that fails has noticed the fault. */
  readonly first: readonly (readonly string[])[];
  /** What takes minutes, and is asked about those faults alone that nothing before noticed. */
  readonly later: readonly (readonly string[])[];
}

const LEDGER = 'test/ledger';
const PHASES = [
  `${LEDGER}/phases.db.test.ts`,
  `${LEDGER}/{phase,plan,json,random}-inputs.db.test.ts`,
  `${LEDGER}/broken-spans.db.test.ts`,
];
const VERIFY = [
  `${LEDGER}/verify/*.db.test.ts`,
  `${LEDGER}/unmoved.db.test.ts`,
  'test/auth/{parties,replay-principal}.db.test.ts',
];
const AMENDMENT = [`${LEDGER}/amendment.db.test.ts`];
const ORDER = [
  `${LEDGER}/{order,idempotency,unmoved,retryable,sweep-named,review-registrar}.db.test.ts`,
  'test/law/states.db.test.ts',
  'test/auth/{replay-principal,narrowing}.db.test.ts',
];
const VERBS = [
  `${LEDGER}/{order,idempotency,sweep-named,review-registrar,retryable,dry-run,plan-cut}.db.test.ts`,
  `${LEDGER}/foreign-*.db.test.ts`,
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
    first: [
      ['test/law/!(*.db).test.ts', `${LEDGER}/{,effect/}!(*.db).test.ts`],
      ['test/law/*.db.test.ts', ...PHASES],
    ],
    later: [[...VERBS, ...AMENDMENT], VERIFY, JUDGES],
  },
  {
    files: /^src\/document\//,
    first: [
      ['test/document/!(spans|properties|laws|headings).test.ts'],
      ['test/document/{spans,properties,headings}.test.ts', 'test/adversary/many-problems.test.ts'],
    ],
    later: [[...PHASES, ...AMENDMENT], VERIFY],
  },
  {
    files: /^src\/ledger\/verify\//,
    first: [[...AMENDMENT, PHASES[0] as string], VERIFY],
    later: [[...PHASES, ...VERBS], JUDGES],
  },
  { files: /^src\/ledger\/effect\//, first: [AMENDMENT, PHASES], later: [VERIFY, [...VERBS, ...JUDGES]] },
  {
    files: /^src\/ledger\//,
    first: [['test/ledger/!(*.db).test.ts'], PHASES, ORDER],
    later: [[...VERBS, ...AMENDMENT], VERIFY, JUDGES],
  },
];

export function lawFiles(folder: string): string[] {
  return LAW.flatMap((pattern) => globSync(pattern, { cwd: folder })).sort();
}

/** The tests to ask about a file, step by step; its own test comes before all. */
export function testsFor(file: string, folder: string, isQuick: boolean): string[][] {
  const own = file.replace(/^src\//, 'test/').replace(/\.ts$/, '');
  const asked = ASKED.find(({ files }) => files.test(file));
  const first = [[`${own}.test.ts`], [`${own}.db.test.ts`], ...(asked?.first ?? [])];
  const steps = isQuick ? first : [...first, ...(asked?.later ?? [])];
  const seen = new Set<string>();
  return steps
    .map((patterns) => patterns.flatMap((pattern) => globSync(pattern, { cwd: folder })).sort())
    .map((files) => files.filter((name) => !seen.has(name) && seen.add(name)))
    .filter((files) => files.length > 0);
}
