import type { Client } from 'pg';
import { LANES, type Lane } from '../../law/values.ts';
import { checkpointKeyName, originOf } from '../../proof/checkpoint.ts';
import { verifyLater } from '../../proof/ed25519.ts';
import { noteKeyHash } from '../../proof/note.ts';
import type { FiledHead } from '../../proof/notes-file.ts';
import type { ComparedHeads, FsckFindings, Unseen } from '../finding.ts';
import { type HeadsFile, type SeenHead, seenHeadIn } from '../heads.ts';
import { copyRows } from '../rows/copy.ts';
import { COSIGNATURES } from './cosigned-heads.ts';
import type { Incarnations } from './incarnations.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { LOG } from './log-lines.ts';

/** How many findings about one file name their head. */
const MOST_NAMED = 1000;

export interface HeadsCheck {
  readonly client: Client;
  readonly files: readonly HeadsFile[];
  /** The incarnation that the log's head names. */
  readonly incarnation: string | null;
  readonly incarnations: Incarnations;
  readonly keys: LedgerKeys;
  /** How many positions the log has. */
  readonly next: number;
  readonly findings: FsckFindings;
  readonly unseen: Unseen[];
}

/**
 * Compares the cosignatures with the heads that are stored outside the database, which both lanes signed. Returns the
 * heads that the log has to lead to. An alteration of the file that the ledger writes is a finding, since nothing else
 * would notice it.
 */
export async function checkHeads(
  check: HeadsCheck,
): Promise<{ readonly heads: readonly SeenHead[]; readonly compared: readonly ComparedHeads[] }> {
  const standing = await readStoredCosignatures(check);
  const heads: SeenHead[] = [];
  const compared: ComparedHeads[] = [];
  for (const file of check.files) {
    const judge = new FileJudge(check, file, standing);
    const own = await judge.judge();
    // Heads that somebody gave are believed as they are. They came with the options of the check.
    if (file.isKept) heads.push(...own);
    compared.push({ file: file.path, isKept: file.isKept, compared: own.length, words: judge.words });
  }
  return { heads, compared };
}

interface StoredCosignatures {
  /** By lane and size: origin, root and signature. */
  readonly rows: ReadonlyMap<string, string>;
  /** By origin, the largest size that either lane signed. */
  readonly largest: ReadonlyMap<string, number>;
}

const placeOf = (lane: string, size: number | string) => `${lane}/${size}`;
const saidBy = (origin: string, root: Uint8Array, signature: Uint8Array) =>
  `${origin} ${Buffer.from(root).toString('hex')} ${Buffer.from(signature).toString('hex')}`;

/** Only of the sizes in the files: what is in memory grows with the files and not with the ledger. */
async function readStoredCosignatures({ client, files }: HeadsCheck): Promise<StoredCosignatures> {
  const sizes = new Set(files.flatMap(({ heads }) => heads.map(({ size }) => String(size))));
  const rows = new Map<string, string>();
  const largest = new Map<string, number>();
  if (sizes.size === 0) return { rows, largest };
  await copyRows(
    client,
    `select lane, size, origin, encode(root, 'hex'), encode(signature, 'hex') from ${COSIGNATURES}`,
    ([lane, size, origin, root, signature]) => {
      // Without the schema's NOT NULL a column may be empty. Such a row names no place.
      if (lane != null && size != null && sizes.has(size))
        rows.set(placeOf(lane, size), `${origin} ${root} ${signature}`);
      if (origin != null) largest.set(origin, Math.max(largest.get(origin) ?? 0, Number(size)));
    },
  );
  return { rows, largest };
}

type Fault = { readonly verdict: 'good' | 'unknown' } | { readonly verdict: 'altered'; readonly why: string };

class FileJudge {
  readonly words: string[];
  readonly #check: HeadsCheck;
  readonly #file: HeadsFile;
  readonly #stored: StoredCosignatures;
  /** Null where neither log nor head names an incarnation. */
  readonly #present: string | null;
  readonly #known: ReadonlySet<string>;
  #named = 0;

  constructor(check: HeadsCheck, file: HeadsFile, standing: StoredCosignatures) {
    const { incarnations, incarnation } = check;
    this.#check = check;
    this.#file = file;
    this.#stored = standing;
    this.words = [...file.words];
    const present = incarnations.present ?? incarnation;
    this.#present = present === null ? null : originOf(present);
    const previous = incarnations.accepted.map((one) => originOf(one.previous));
    this.#known = new Set([...previous, ...(this.#present === null ? [] : [this.#present])]);
  }

  /** The heads that bind this ledger. */
  async judge(): Promise<SeenHead[]> {
    const { heads, isKept } = this.#file;
    const seen: SeenHead[] = [];
    const strangers: FiledHead[] = [];
    for (const [at, head] of heads.entries()) {
      const fault = this.#isCosigned(head) ? ({ verdict: 'good' } as const) : await this.#faultOf(head);
      if (fault.verdict === 'altered' && isKept) this.#reportAltered(head, fault.why, heads[at + 1]);
      else if (!this.#known.has(head.origin) && isKept) strangers.push(head);
      else if (fault.verdict === 'good') seen.push(this.#taken(head));
      else if (!isKept || head.size > this.#check.next) seen.push(seenHeadIn(this.#file, head));
      else this.#reportAltered(head, 'is signed by a key that the ledger never had', heads[at + 1]);
    }
    for (const piece of this.#file.pieces) {
      const after = heads.find(({ line }) => line > piece.line);
      this.#reportAltered(piece, 'is part of no checkpoint', after);
    }
    this.#reportStrangers(strangers, seen.length);
    this.#reportMore();
    return seen;
  }

  #isCosigned({ origin, size, root, note }: FiledHead): boolean {
    return LANES.every((lane) => {
      const own = note.signatures.filter(({ name }) => name === checkpointKeyName(origin, lane));
      const row = this.#stored.rows.get(placeOf(lane, size));
      const key = this.#keysOf(lane).some(
        ({ publicKey }) =>
          own[0]?.keyHash !== undefined &&
          noteKeyHash({ name: own[0].name, publicKey }).equals(own[0].keyHash),
      );
      return (
        key && own.length === 1 && own[0] !== undefined && row === saidBy(origin, root, own[0].signature)
      );
    });
  }

  #keysOf(lane: Lane) {
    return this.#check.keys.forHeads(lane);
  }

  /** A key that the log doesn't name is unknown and no fault: its record may have been lost. */
  async #faultOf({ origin, note }: FiledHead): Promise<Fault> {
    let verdict: 'good' | 'unknown' = 'good';
    for (const lane of LANES) {
      const name = checkpointKeyName(origin, lane);
      const own = note.signatures.filter((signature) => signature.name === name);
      const [only] = own;
      if (only === undefined || own.length > 1)
        return { verdict: 'altered', why: `has ${own.length} signatures of ${lane}` };
      const key = this.#keysOf(lane).find(({ publicKey }) =>
        noteKeyHash({ name, publicKey }).equals(only.keyHash),
      );
      if (key === undefined) verdict = 'unknown';
      else if (!(await verifyLater(key.publicKey, Buffer.from(note.text), only.signature)).ok)
        return { verdict: 'altered', why: `doesn't carry a good signature of ${lane}` };
    }
    return { verdict };
  }

  /** A head that both lanes signed: the database must have both cosignatures. */
  #taken(head: FiledHead): SeenHead {
    const { origin, size } = head;
    const { incarnations, next, findings } = this.#check;
    // A backup may be older than the last heads of an incarnation that was given up.
    const due = origin === this.#present ? next : Math.min(next, this.#stored.largest.get(origin) ?? 0);
    for (const lane of size <= due && incarnations.binds(head) ? LANES : []) {
      if (this.#stored.rows.has(placeOf(lane, size)) || !this.#mayName()) continue;
      findings.add({
        verdict: 'deleted',
        table: COSIGNATURES,
        key: placeOf(lane, size),
        column: null,
        after: size - 1,
        before: null,
        message:
          `The cosignature of ${lane} over ${size} positions is gone: ` +
          `line ${head.line} of ${this.#file.path} has it.`,
      });
    }
    return seenHeadIn(this.#file, head);
  }

  /** A checkpoint that a crash cut off is published again: the whole one follows what is left of it. */
  #reportAltered(
    piece: { readonly raw: string; readonly line: number },
    why: string,
    after: FiledHead | undefined,
  ): void {
    const torn = piece.raw.endsWith('\n') ? piece.raw.slice(0, -1) : piece.raw;
    if (after?.raw.startsWith(torn) === true) {
      this.words.push(
        `Line ${piece.line} of ${this.#file.path} was cut off by a crash; the whole checkpoint follows it.`,
      );
      return;
    }
    if (!this.#mayName()) return;
    this.#check.findings.add({
      verdict: 'head-altered',
      table: this.#file.path,
      key: String(piece.line),
      column: null,
      after: null,
      before: null,
      message: `What begins at line ${piece.line} of ${this.#file.path} ${why}: the file was altered there.`,
    });
  }

  /** Heads of an incarnation that the database doesn't know: another ledger's, or from after a set-back. */
  #reportStrangers(strangers: readonly FiledHead[], own: number): void {
    const [last] = strangers.slice(-1);
    if (last === undefined || !this.#check.incarnations.isWhole) return;
    const { path, heads } = this.#file;
    if (own === 0)
      this.#check.unseen.push({
        table: path,
        message:
          `The checkpoints in ${path} are of another ledger, ${last.origin}; ` +
          `this one is ${this.#present ?? 'of no known incarnation'}. Nothing could be compared with them.`,
      });
    else if (heads.at(-1) === last)
      this.#check.findings.add({
        verdict: 'restored',
        table: LOG,
        key: '*',
        column: null,
        after: null,
        before: null,
        message:
          `${path} ends with heads of ${last.origin}, which came after ${this.#present}: ` +
          'the database was set back, and has forgotten that it was resumed.',
      });
    else
      this.words.push(
        `${path} holds ${strangers.length} checkpoints of another ledger, ${last.origin}; this check ignored them.`,
      );
  }

  #mayName(): boolean {
    this.#named += 1;
    return this.#named <= MOST_NAMED;
  }

  #reportMore(): void {
    if (this.#named > MOST_NAMED)
      this.words.push(
        `${this.#named - MOST_NAMED} more heads of ${this.#file.path} don't agree with the database.`,
      );
  }
}
