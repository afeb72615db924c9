/** What a plan sets aside, as an approver sees it: each stretch with its reason and its exact text. */
import type { PlanRecord } from '../../document/types.ts';
import { builder } from '../../schema/builder.ts';
import { type PlanPage, type PlanWindow, planConnection, planPage } from './plan-page.ts';

/** A record without a unit: it has the reason. */
type ExcludedRecord = PlanRecord & { readonly excludedBecause: string };

const ExcludedStretch = builder.objectRef<ExcludedRecord>('ExcludedStretch').implement({
  description: 'A stretch of the document that becomes no unit. Its text is stored in the manifest.',
  fields: (t) => ({
    localId: t.exposeString('localId', { description: 'Names it in the manifest.' }),
    reason: t.exposeString('excludedBecause', {
      description: 'Why it is no unit: `front_matter`, `blank`, or what the caller wrote.',
    }),
    start: t.exposeInt('start', { description: 'Its first byte, counted from 0.' }),
    end: t.exposeInt('end', { description: 'First byte after it.' }),
    text: t.exposeString('text', { description: 'The exact text.' }),
    blank: t.boolean({ description: 'Whether the text is white space alone.', resolve: isBlank }),
  }),
});

const isBlank = (record: PlanRecord): boolean => record.text.trim() === '';

const isExcluded = (record: PlanRecord): record is ExcludedRecord => record.excludedBecause !== null;

export const ExcludedStretchConnection = planConnection<ExcludedRecord>(
  'ExcludedStretch',
  ExcludedStretch,
  'A page of excluded stretches in the order of the document.',
);

interface ExcludedArguments extends PlanWindow {
  /** True: only blank stretches; false: only others; null: all. */
  readonly blank?: boolean | null | undefined;
}

/** One page of what a plan's records set aside. A cursor is the record's place, whatever is asked for. */
export function excludedPage(
  records: readonly PlanRecord[],
  { blank, ...window }: ExcludedArguments,
): PlanPage<ExcludedRecord> {
  const all = records.filter(isExcluded).filter((record) => blank == null || isBlank(record) === blank);
  const places = all.map((record) => record.renderOrder);
  return planPage(places, (index) => all[index] as ExcludedRecord, window, 'excluded');
}
