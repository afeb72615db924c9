/** The lies about a passport, by their names: what comes in the place of the one that was asked for. */
import { canonicalJson } from '../../src/proof/canonical.ts';
import { digestOf } from '../../src/proof/digest.ts';
import {
  headText,
  originIn,
  ownSeeds,
  type Seeds,
  signedAs,
  swapped,
  textOf,
  withoutSecond,
} from './hostile-notes.ts';
import type { Loose } from './hostile-server.ts';

export interface PassportGround {
  /** The answer with the passport of another cut. */
  readonly other: Loose;
  readonly seeds: Seeds;
  readonly token: string;
}

type PassportLie = (answer: Loose, ground: PassportGround) => Loose;

const withText = (answer: Loose, text: string): Loose => ({
  ...answer,
  text,
  digest: digestOf(Buffer.from(text)),
});

/** Another passport in the one spelling, with the digest that is true of it. */
const edited =
  (edit: (passport: Loose, ground: PassportGround) => void): PassportLie =>
  (answer, ground) => {
    const passport = JSON.parse(answer.text);
    edit(passport, ground);
    return withText(answer, canonicalJson(passport, 96));
  };

const withNote = (change: (note: string, ground: PassportGround) => string): PassportLie =>
  edited((passport, ground) => {
    passport.checkpoint = change(passport.checkpoint, ground);
  });

/** Those that `issue` sees: they aren't what was asked for. */
export const UNFIT = {
  'of another cut': (_, { other }) => other,
  'of another digest than stated': (answer) => ({ ...answer, digest: `sha256:${'0'.repeat(64)}` }),
  'altered behind its digest': (answer) => ({ ...answer, text: answer.text.replace('approve', 'approvE') }),
  'no JSON': (answer) => withText(answer, '<html>'),
  'JSON and no passport': (answer) => withText(answer, '{"format":"cutter-passport/1"}'),
  'brackets without end': (answer) => withText(answer, '['.repeat(3_000_000)),
  'put off for ever': (_, { token }) => ({
    __typename: 'Busy',
    message: `Later, ${token}.\u001b[2J`,
    guard: null,
    retryable: true,
    problems: [],
  }),
} as const satisfies Record<string, PassportLie>;

/** Those that only keys tell: `issue` writes them, and `verify` refuses. */
export const UNTRUE = {
  'under a checkpoint of keys of its own': withNote((note) => signedAs(textOf(note), ownSeeds)),
  'under a checkpoint of another tree': withNote((note, { seeds }) =>
    signedAs(
      headText(
        originIn(note),
        Array.from({ length: 40 }, (_, at) => digestOf(String(at))),
      ),
      seeds,
    ),
  ),
  'under a checkpoint that one lane signed': withNote(withoutSecond),
  'under a checkpoint that one lane signed twice': withNote((note, { seeds }) =>
    signedAs(textOf(note), { 'DOT-991': seeds['DOT-991'], 'DOT-992': seeds['DOT-991'] }),
  ),
  'under a checkpoint whose lanes are swapped': withNote(swapped),
  'under an inclusion proof that does not lead to the root': edited(({ records }) => {
    records.cut.path[0] = Buffer.alloc(32, 7).toString('base64');
  }),
  'with the lanes’ signatures in each other’s place': edited(({ rows }) => {
    const [executor, verifier] = [rows.executorSignature, rows.verifierSignature];
    rows.executorSignature = verifier;
    rows.verifierSignature = executor;
  }),
  'with another approval': edited(({ rows }) => {
    rows.decision.columns.decided_by = rows.changeSet.columns.emitted_by;
  }),
  'with orders to a terminal': edited(({ rows }) => {
    rows.changeSet.columns.executor_tool_revision = '\u001b[2J\u009b31m';
  }),
  'saved anew': (answer) => withText(answer, JSON.stringify(JSON.parse(answer.text), null, 1)),
} as const satisfies Record<string, PassportLie>;
