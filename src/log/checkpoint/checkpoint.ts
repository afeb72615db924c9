import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Log } from '../../database/connection.ts';
import { EXECUTOR_LANE, VERIFIER_LANE } from '../../law/values.ts';
import { checkpointKeyName, checkpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { formatNote, isSignedBy, noteKeyHash, type SignedNote } from '../../proof/note.ts';

/** A head that both lanes have signed. */
export interface Checkpoint extends TreeHead {
  /** The signed note, as it travels. */
  readonly note: string;
}

const line = z.object({
  origin: z.string(),
  size: z.string(),
  root: z.instanceof(Buffer),
  executor_signature: z.instanceof(Buffer),
  executor_public_key: z.instanceof(Buffer),
  verifier_signature: z.instanceof(Buffer),
  verifier_public_key: z.instanceof(Buffer),
});

const COLUMNS = sql.fragment`origin, size::text, root,
  executor_signature, executor_public_key, verifier_signature, verifier_public_key`;

const NOT_SUSPENDED = sql.fragment`not exists (
  select from cutter_log.suspension where suspension.incarnation = head.incarnation
)`;

/** Rows that don't verify are passed over; a few at a time is enough to find one that does. */
const LATEST = 8;

/** Published heads, each verified under the keys of the registry before it is given to anyone. */
export interface Checkpoints {
  /** The newest one of the present incarnation; null before the first, and while the ledger is suspended. */
  latest(): Promise<Checkpoint | null>;
  /**
   * Those of the present incarnation that are newer than a known one, smallest first, at most `limit`; of another
   * incarnation's head, all.
   */
  after(known: Pick<TreeHead, 'origin' | 'size'>, limit: number): Promise<readonly Checkpoint[]>;
  /** Those that cover a position, of whatever incarnation, smallest first. */
  covering(position: number, limit: number): Promise<readonly Checkpoint[]>;
}

/** Reads published heads as an observer. */
export function readCheckpoints(observe: Pick<CommonQueryMethods, 'any'>, log: Log): Checkpoints {
  let newest: Checkpoint | null = null;
  const valid = (lines: readonly z.infer<typeof line>[]): Checkpoint[] =>
    lines.flatMap((read) => {
      const checkpoint = publishedCheckpoint(read);
      if (checkpoint !== null) return [checkpoint];
      log.error(
        { origin: read.origin, size: read.size, alarm: 'CHECKPOINT_BROKEN' },
        "log: a head in the database doesn't have the signatures of both lanes and is passed over",
      );
      return [];
    });
  return {
    async latest() {
      const lines = await observe.any(sql.type(line)`/* log.checkpoint */
        select ${COLUMNS} from cutter_log.v_checkpoint checkpoint
        where exists (
          select from cutter_log.head where checkpoint.origin = 'cutter/' || head.incarnation and ${NOT_SUSPENDED}
        )
        order by checkpoint.size desc limit ${LATEST}`);
      const [first] = lines;
      // What was verified once isn't verified again.
      if (newest !== null && first !== undefined && isSame(newest, first)) return newest;
      newest = valid(lines)[0] ?? null;
      return newest;
    },
    async covering(position, limit) {
      return valid(
        await observe.any(sql.type(line)`/* log.checkpoints_covering */
          select ${COLUMNS} from cutter_log.v_checkpoint checkpoint
          where checkpoint.size > ${String(position)}::bigint order by checkpoint.size limit ${limit}`),
      );
    },
    async after({ origin, size }, limit) {
      return valid(
        await observe.any(sql.type(line)`/* log.checkpoints */
          select ${COLUMNS} from cutter_log.v_checkpoint checkpoint
          where checkpoint.size > case when checkpoint.origin = ${origin} then ${String(size)}::bigint else 0 end
            and exists (
              select from cutter_log.head
              where checkpoint.origin = 'cutter/' || head.incarnation and ${NOT_SUSPENDED}
            )
          order by checkpoint.size limit ${limit}`),
      );
    },
  };
}

/** The same row, signatures and keys with it: each of them is in the note. */
function isSame(known: Checkpoint, read: z.infer<typeof line>): boolean {
  return known.note === noteOf(read).note;
}

function publishedCheckpoint(read: z.infer<typeof line>): Checkpoint | null {
  const { head, signed, keys, note } = noteOf(read);
  return keys.every((key) => isSignedBy(signed, key)) ? { ...head, note } : null;
}

function noteOf(read: z.infer<typeof line>) {
  const head = { origin: read.origin, size: Number(read.size), root: read.root };
  const keys = [
    { name: checkpointKeyName(head.origin, EXECUTOR_LANE), publicKey: read.executor_public_key },
    { name: checkpointKeyName(head.origin, VERIFIER_LANE), publicKey: read.verifier_public_key },
  ] as const;
  const signed: SignedNote = {
    text: checkpointText(head),
    signatures: [
      { name: keys[0].name, keyHash: noteKeyHash(keys[0]), signature: read.executor_signature },
      { name: keys[1].name, keyHash: noteKeyHash(keys[1]), signature: read.verifier_signature },
    ],
  };
  return { head, signed, keys, note: formatNote(signed) };
}
