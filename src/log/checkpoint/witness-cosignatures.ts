import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Log } from '../../database/connection.ts';
import { type DedicatedConnection, openDedicated } from '../../database/connection.ts';
import { checkpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { cosignatureLine, isCosignedBy } from '../../proof/cosignature.ts';
import type { NoteKey } from '../../proof/note.ts';
import { formatSignature } from '../../proof/note.ts';

/** An outside witness's cosignature of a head. */
export interface Witnessed {
  readonly name: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** As it is in a note. */
  readonly line: string;
}

const row = z.object({
  name: z.string(),
  key_hash: z.instanceof(Buffer),
  public_key: z.instanceof(Buffer),
  witnessed_at: z.string(),
  signature: z.instanceof(Buffer),
});

/**
 * The cosignatures of a head, each verified under the key in its row. Readers judge whether that key is a witness's.
 */
export async function readWitnesses(
  observe: Pick<CommonQueryMethods, 'any'>,
  head: TreeHead,
  log: Log,
): Promise<readonly Witnessed[]> {
  const rows = await observe.any(sql.type(row)`/* log.witnesses */
    select name, key_hash, public_key, witnessed_at::text, signature from cutter_log.witness_cosignature
    where size = ${String(head.size)}::bigint and origin = ${head.origin} order by name, public_key`);
  return rows.flatMap(({ name, key_hash, public_key, witnessed_at, signature }) => {
    const key: NoteKey = { name, publicKey: public_key };
    const cosignature = { timestamp: Number(witnessed_at), signature };
    const line = cosignatureLine(key, cosignature);
    if (key_hash.equals(line.keyHash) && isCosignedBy(checkpointText(head), cosignature, key))
      return [{ name, timestamp: cosignature.timestamp, line: formatSignature(line) }];
    log.error(
      { witness: name, size: head.size, alarm: 'WITNESS_BROKEN' },
      "log: a witness's cosignature in the database doesn't verify and is passed over",
    );
    return [];
  });
}

const KEEP = `/* log.witness_keep */
  insert into cutter_log.witness_cosignature (size, origin, name, key_hash, public_key, witnessed_at, signature)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`;

/** Where cosignatures are kept once they are verified. */
export interface WitnessKeeping {
  /** The size of the newest head of a ledger that this witness is known to have cosigned; 0 where none is. */
  newest(key: NoteKey, origin: string): Promise<number>;
  keep(
    key: NoteKey,
    head: TreeHead,
    cosignature: { timestamp: number; signature: Uint8Array },
  ): Promise<void>;
  close(): Promise<void>;
}

/** Reads as an observer; writes as the integrator, on one connection that is opened when there is something to keep. */
export function openWitnessKeeping(
  observe: Pick<CommonQueryMethods, 'oneFirst'>,
  integratorUrl: string,
): WitnessKeeping {
  let opening: Promise<DedicatedConnection> | null = null;

  async function drop(): Promise<void> {
    const lost = opening;
    opening = null;
    await (await lost?.catch(() => null))?.close();
  }

  return {
    async newest({ publicKey }, origin) {
      const size = await observe.oneFirst(sql.type(z.object({ size: z.string() }))`/* log.witness_newest */
        select coalesce(max(size), 0)::text as size from cutter_log.witness_cosignature
        where public_key = ${sql.binary(Buffer.from(publicKey))} and origin = ${origin}`);
      return Number(size);
    },
    async keep(key, { size, origin }, { timestamp, signature }) {
      const { keyHash } = cosignatureLine(key, { timestamp, signature });
      opening ??= openDedicated(integratorUrl, 'cutter_integrator', () => void drop());
      try {
        const { client } = await opening;
        await client.query(KEEP, [size, origin, key.name, keyHash, key.publicKey, timestamp, signature]);
      } catch (error) {
        await drop();
        throw error;
      }
    },
    close: drop,
  };
}
