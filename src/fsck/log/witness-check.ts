import type { Client } from 'pg';
import { checkpointText } from '../../proof/checkpoint.ts';
import { cosignatureLine, cosignedMessage } from '../../proof/cosignature.ts';
import { verifyLater } from '../../proof/ed25519.ts';
import { NoteFault } from '../../proof/note.ts';
import type { FsckCoverage, FsckFindings } from '../finding.ts';

const WITNESSED = 'cutter_log.witness_cosignature';
const COSIGNATURES = 'cutter_log.cosignature';
const PAGE = 1000;

interface Row {
  readonly size: string;
  readonly key: string;
  readonly origin: string;
  readonly name: string;
  readonly key_hash: Buffer;
  readonly public_key: Buffer;
  readonly witnessed_at: string;
  readonly signature: Buffer;
  /** Of the head that the executor's lane signed at this size; null where it signed none. */
  readonly root: Buffer | null;
}

/** Verifies each cosignature of an outside witness under the key beside it, over the head that the lanes signed. */
export async function checkWitnesses(
  client: Client,
  findings: FsckFindings,
  coverage: FsckCoverage,
): Promise<void> {
  for (let [size, key, open] = ['-1', '', true]; open; ) {
    const { rows } = await client.query<Row>(
      `/* fsck.witnesses */ select said.size::text, encode(said.public_key, 'hex') as key, said.origin, said.name,
         said.key_hash, said.public_key, said.witnessed_at::text, said.signature, head.root
       from ${WITNESSED} said
       left join ${COSIGNATURES} head on head.lane = 'DOT-991' and head.size = said.size
       where (said.size, said.public_key) > ($1::bigint, decode($2, 'hex'))
       order by said.size, said.public_key limit ${PAGE}`,
      [size, key],
    );
    const faults = await Promise.all(rows.map(faultOf));
    coverage.cosignatures += rows.length;
    for (const [at, row] of rows.entries()) {
      const fault = faults[at];
      if (fault == null) continue;
      const place = `${row.size}/${row.key}`;
      findings.derive([[COSIGNATURES, `DOT-991/${row.size}`]], {
        verdict: 'cosignature-invalid',
        table: WITNESSED,
        key: place,
        column: 'signature',
        after: Number(row.size) - 1,
        before: null,
        message: `The cosignature of the witness ${row.name} over ${row.size} positions ${fault}.`,
      });
    }
    open = rows.length === PAGE;
    [size, key] = [rows.at(-1)?.size ?? size, rows.at(-1)?.key ?? key];
  }
}

/** Why a cosignature isn't the witness's; null where it is. Altered columns may not even make a note. */
async function faultOf(row: Row): Promise<string | null> {
  try {
    return await signatureFault(row);
  } catch (error) {
    if (!(error instanceof NoteFault)) throw error;
    return `is over no head that there can be (${error.message})`;
  }
}

async function signatureFault(row: Row): Promise<string | null> {
  const { origin, name, public_key: publicKey, signature, root } = row;
  if (root === null) return 'is of a head that no lane signed';
  const cosignature = { timestamp: Number(row.witnessed_at), signature };
  const line = cosignatureLine({ name, publicKey }, cosignature);
  if (!row.key_hash.equals(line.keyHash)) return 'is under another name or key than it was made with';
  const text = checkpointText({ origin, size: Number(row.size), root });
  const verdict = await verifyLater(publicKey, cosignedMessage(text, cosignature.timestamp), signature);
  return verdict.ok ? null : `doesn't verify (${verdict.reason})`;
}
