import { FINDING_VERDICTS, type FsckFinding } from '../../fsck/finding.ts';
import type { ScrubPass, ScrubPasses as State } from '../../fsck/scrub/scrub-pass.ts';
import { builder } from '../builder.ts';

const position = (at: number | null): string | null => (at === null || at < 0 ? null : String(at));

const IntegrityFinding = builder.objectRef<FsckFinding>('IntegrityFinding').implement({
  description: 'Something that is not as it was written.',
  fields: (t) => ({
    verdict: t.exposeString('verdict', {
      description: `One of ${Object.keys(FINDING_VERDICTS).join(', ')}.`,
    }),
    table: t.exposeString('table', { description: 'The table, with its schema.' }),
    key: t.exposeString('key', { description: "The row's primary key." }),
    column: t.exposeString('column', { nullable: true, description: 'The column; null for a whole row.' }),
    after: t.field({
      type: 'Position',
      nullable: true,
      description: 'It happened after this position was written.',
      resolve: (finding) => position(finding.after),
    }),
    before: t.field({
      type: 'Position',
      nullable: true,
      description: 'It had happened when the log was this long.',
      resolve: (finding) => position(finding.before),
    }),
    message: t.exposeString('message', { description: 'What was found, in a sentence.' }),
  }),
});

const IntegrityPass = builder.objectRef<ScrubPass>('IntegrityPass').implement({
  description:
    'One way through the log: each record, the rows that it vouches for, the tree, signatures and cuts.',
  fields: (t) => ({
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: "When it came to the log's end; null while it is under way.",
    }),
    positions: t.field({
      type: 'Position',
      description: 'It has looked at the positions before this one.',
      resolve: (pass) => String(pass.positions),
    }),
    rows: t.exposeInt('rows', { description: 'Rows compared with their records.' }),
    signatures: t.exposeInt('signatures', { description: 'Signatures judged.' }),
    cuts: t.exposeInt('cuts', { description: 'Cuts recomputed.' }),
    findings: t.expose('findings', { type: [IntegrityFinding], description: 'What it found, at most 100.' }),
  }),
});

export interface IntegrityView extends State {
  readonly head: string;
}

export const IntegrityType = builder.objectRef<IntegrityView>('Integrity').implement({
  description: 'How far the ledger has been checked against its log by this server, slowly and all the time.',
  fields: (t) => ({
    head: t.expose('head', { type: 'Position', description: 'How many positions the log has.' }),
    lastPass: t.expose('lastPass', {
      type: IntegrityPass,
      nullable: true,
      description: "The newest pass that came to the log's end; null before the first one.",
    }),
    currentPass: t.expose('currentPass', {
      type: IntegrityPass,
      nullable: true,
      description: 'The pass under way; null where this server makes none.',
    }),
  }),
});
