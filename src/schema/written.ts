import { builder } from './builder.ts';

/** Rows that a writing transaction added to, or changed in, one table. */
interface RowCount {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
}

/** What every success carries beside its own fields. */
export interface WrittenAnswer {
  readonly replayed: boolean;
  readonly dryRun: boolean;
  readonly rows: readonly RowCount[];
  /** Waits for the integrator; null for a dry run. Called only when the field is asked for. */
  readonly position: () => Promise<string | null>;
}

const RowCountType = builder.objectRef<RowCount>('RowCount').implement({
  description: 'How many rows of one table a verb wrote.',
  fields: (t) => ({
    table: t.exposeString('table', {
      description: 'The table; with its schema where it is none of the twelve.',
    }),
    inserted: t.exposeInt('inserted', { description: 'How many rows were added.' }),
    updated: t.exposeInt('updated', { description: 'Rows of which a column was changed.' }),
  }),
});

export const WrittenInterface = builder.interfaceRef<WrittenAnswer>('Written').implement({
  description: 'What a verb wrote: one transaction, one record in the log.',
  fields: (t) => ({
    replayed: t.exposeBoolean('replayed', {
      description:
        'Whether this idempotency key was answered before; the first result is given again, nothing was written.',
    }),
    dryRun: t.exposeBoolean('dryRun', {
      description:
        'Whether the transaction was rolled back: the rows are those that would have been written.',
    }),
    rows: t.field({
      type: [RowCountType],
      description: 'The rows written, by table; empty for a replay.',
      resolve: (written) => written.rows,
    }),
    position: t.field({
      type: 'Position',
      nullable: true,
      description:
        'The place of the record in the log. Asking for it waits for the integrator. Null for a dry run.',
      resolve: (written) => written.position(),
    }),
  }),
});
