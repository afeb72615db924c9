/** What a person should look at before approving. A warning blocks nothing and stands in no digest. */
import type { PlanRecord, Problem } from './types.ts';

/** A text of more bytes than this is expected to have a heading. */
const EXPECTS_HEADING = 3000;

/** The warnings of a plan, from its records and the length of its source in bytes. */
export function warningsOf(records: readonly PlanRecord[], bytes: number): Problem[] {
  const units = records.filter((record) => record.role !== 'excluded');
  const [only] = units;
  if (units.length !== 1 || only === undefined || only.title !== null) return [];
  return bytes > EXPECTS_HEADING ? [oneUnit(['records', only.localId], bytes)] : [];
}

function oneUnit(path: readonly string[], bytes: number): Problem {
  const message = `The whole document of ${bytes} bytes would become one unit without a heading. Check that this is the text you mean; if it has sections, write their titles as Markdown headings ("## Title"), or mark them as explicit spans.`;
  return { path, code: 'one_unit_without_heading', message, severity: 'warning' };
}
