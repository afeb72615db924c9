import type { Client } from 'pg';
import { acceptedBy } from '../../law/resume-statement.ts';
import { KEY_PURPOSES, LANES, type Lane } from '../../law/values.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import type { FsckFindings } from '../finding.ts';
import type { Incarnations } from './incarnations.ts';
import type { LedgerKeys } from './ledger-keys.ts';

const RESUMPTIONS = 'cutter_log.resumption';
const SUSPENSIONS = 'cutter_log.suspension';

interface Row {
  readonly incarnation: string;
  readonly lane: Lane;
  readonly position: string;
  readonly root: Buffer | null;
  readonly next_incarnation: string;
  readonly key_id: string;
  readonly envelope: unknown;
}

/** Compares suspensions and the lanes' resumptions with what the lanes signed, and with what the log says. */
export async function checkResumptions(
  client: Client,
  keys: LedgerKeys,
  incarnations: Incarnations,
  incarnation: string | null,
  findings: FsckFindings,
): Promise<void> {
  const { rows } = await client.query<Row>(
    `/* fsck.resumptions */ select incarnation::text, lane, position::text, root, next_incarnation::text, key_id,
       envelope
     from ${RESUMPTIONS} order by incarnation, lane`,
  );
  for (const row of rows) {
    const fault = faultOf(row, keys);
    if (fault !== null)
      reportResumption(findings, RESUMPTIONS, `${row.incarnation}/${row.lane}`, fault.column, fault.why);
  }
  const suspended = await client.query<{ incarnation: string }>(
    `/* fsck.suspensions */ select incarnation::text from ${SUSPENSIONS} order by incarnation`,
  );
  const stored = suspended.rows.map((row) => row.incarnation);
  const ended = incarnations.accepted.map(({ previous }) => previous);
  for (const previous of ended) {
    if (!stored.includes(previous))
      reportResumption(
        findings,
        SUSPENSIONS,
        previous,
        null,
        'The log says that it was resumed, and this row is gone.',
      );
    for (const lane of LANES)
      if (!rows.some((row) => row.incarnation === previous && row.lane === lane))
        reportResumption(
          findings,
          RESUMPTIONS,
          `${previous}/${lane}`,
          null,
          'The log has this statement of the lane, and the row is gone.',
        );
  }
  if (!incarnations.isWhole) return;
  for (const one of stored)
    if (one !== incarnation && !ended.includes(one))
      reportResumption(findings, SUSPENSIONS, one, 'incarnation', 'The ledger never had this incarnation.');
}

/** Where a row differs from what its lane signed; null where it doesn't. */
function faultOf(row: Row, keys: LedgerKeys): { readonly column: string; readonly why: string } | null {
  if (!LANES.includes(row.lane)) return { column: 'lane', why: `${row.lane} is no lane.` };
  const keyOf = (keyId: string, lane: Lane) => {
    const known = KEY_PURPOSES.map((purpose) => keys.find(keyId, purpose)).find((key) => key !== null);
    return known?.lane === lane ? known.publicKey : null;
  };
  const said = acceptedBy(row.lane, row.envelope, keyOf, verifySignature);
  if (typeof said === 'string') return { column: 'envelope', why: said };
  const signer = (row.envelope as { signatures: readonly { keyid: string }[] }).signatures[0]?.keyid;
  const columns = [
    ['incarnation', row.incarnation === said.previous],
    ['position', row.position === said.position],
    ['root', row.root?.toString('base64') === said.root],
    ['next_incarnation', row.next_incarnation === said.incarnation],
    ['key_id', row.key_id === signer],
  ] as const;
  const column = columns.find(([, agrees]) => !agrees)?.[0];
  return column === undefined ? null : { column, why: `The lane signed another ${column}.` };
}

function reportResumption(
  findings: FsckFindings,
  table: string,
  key: string,
  column: string | null,
  message: string,
): void {
  findings.derive([], {
    verdict: 'resumption-broken',
    table,
    key,
    column,
    after: null,
    before: null,
    message,
  });
}
