import type { Client } from 'pg';
import { checkpointKeyName, checkpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { verifyLater } from '../../proof/ed25519.ts';
import type { FsckCoverage, FsckFindings } from '../finding.ts';
import type { SeenHead } from '../heads.ts';
import type { JudgedKey, LedgerKeys } from './ledger-keys.ts';

export const COSIGNATURES = 'cutter_log.cosignature';
const PAGE = 1000;

interface Cosignature {
  readonly lane: string;
  readonly size: string;
  readonly root: Buffer;
  readonly signature: Buffer;
  readonly key_id: string;
  readonly origin: string;
}

interface CosignedOptions {
  readonly client: Client;
  readonly keys: LedgerKeys;
  /** Whether a head still binds this ledger. Both lanes may have given it up. */
  binds(head: Pick<TreeHead, 'origin' | 'size'>): boolean;
  readonly findings: FsckFindings;
  readonly coverage: FsckCoverage;
}

/** The cosignatures that verify, smallest first and a page at a time; the others are findings. */
export async function* cosignedHeads({
  client,
  keys,
  binds,
  findings,
  coverage,
}: CosignedOptions): AsyncGenerator<SeenHead[]> {
  for await (const rows of pagesOf(client)) {
    const faults = await Promise.all(
      rows.map((row) => cosignatureFault(row, Number(row.size), keys.find(row.key_id, 'checkpoint'))),
    );
    coverage.cosignatures += rows.length;
    const seen: SeenHead[] = [];
    for (const [at, row] of rows.entries()) {
      const place = `${row.lane}/${row.size}`;
      if (faults[at] === null && !binds({ origin: row.origin, size: Number(row.size) })) continue;
      if (faults[at] === null)
        seen.push({ size: Number(row.size), root: row.root, key: place, where: `what ${row.lane} signed` });
      else
        findings.add({
          verdict: 'cosignature-invalid',
          table: COSIGNATURES,
          key: place,
          column: 'signature',
          after: Number(row.size) - 1,
          before: null,
          message: `The cosignature of ${row.lane} over ${row.size} positions ${faults[at]}.`,
        });
    }
    yield seen;
  }
}

/** By a cursor and not by key: without the primary key a row may be there twice, or have no key. */
async function* pagesOf(client: Client): AsyncGenerator<Cosignature[]> {
  await client.query(
    `/* fsck.cosignatures */ declare cosignatures no scroll cursor for
     select lane, size::text, root, signature, key_id, origin from ${COSIGNATURES} c order by c.size, c.lane`,
  );
  for (let open = true; open; ) {
    const { rows } = await client.query<Cosignature>(
      `/* fsck.cosignatures_page */ fetch ${PAGE} from cosignatures`,
    );
    yield rows;
    open = rows.length === PAGE;
  }
  await client.query('close cosignatures');
}

async function cosignatureFault(
  row: Cosignature,
  size: number,
  key: JudgedKey | null,
): Promise<string | null> {
  if (key === null) return 'names a key that the ledger does not use for heads';
  if (key.lane !== row.lane) return `was made with a key of ${key.lane}`;
  if (key.from > size || (key.until !== null && key.until < size))
    return 'was made with a key that was not valid there';
  const text = textOf(row, size);
  if (text === null) return 'is of no head: an origin, a size or a root of 32 bytes is missing';
  const verdict = await verifyLater(key.publicKey, Buffer.from(text), row.signature ?? Buffer.alloc(0));
  return verdict.ok
    ? null
    : `doesn't verify (${verdict.reason}; signed as ${checkpointKeyName(row.origin, row.lane)})`;
}

/** What the lane signed; null where the row holds no head, which it can once the schema's checks are gone. */
function textOf({ origin, root }: Cosignature, size: number): string | null {
  try {
    return checkpointText({ origin, size, root });
  } catch {
    return null;
  }
}
