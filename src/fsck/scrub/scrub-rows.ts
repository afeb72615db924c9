import type { Client } from 'pg';
import type { ReadRecord } from '../../law/read-record.ts';
import { KINDS, type Kind, kindNamed } from '../kinds.ts';
import type { LogLine } from '../log/records.ts';
import { copyBinary } from '../rows/copy.ts';
import { BirthText, StandingRows } from '../rows/row-text.ts';
import { anchorsOf, type Suspect } from '../rows/suspects.ts';
import { placeOfId } from '../rows/words.ts';

/** Keys of one statement. */
const KEYS = 1000;
const IS_KEY = /^(?:[0-9a-f-]{36}|ed25519:[0-9a-f]{32})$/;

/** A unit that moved was born with the anchors of its first version. */
const FIRST_VERSION = `left join lateral (select (select v.id from public.unit_version v
    where v.unit_id = r.id and v.version_seq = 1
    order by v.id limit 1) as first
  where exists (select from public.unit_version l where l.unit_id = r.id and l.version_seq <> 1)) m on true`;

/**
 * The rows that a page of the log vouches for. Only the digest of each is kept, to compare the stored row with. Where a
 * row differs, its record is read again.
 */
export class ExpectedRows {
  /** For each kind: each id and the digest of its birth, one character a byte; null once a row had it. */
  readonly #digests = new Map<Kind, Map<string, string | null>>();
  /** Places of rows that are missing, altered or there more than once. */
  readonly #differing = new Set<string>();
  readonly #suspects = new Map<string, Suspect>();

  add(record: ReadRecord): void {
    record.rows.each((shape, bytes, idFrom, idUntil, digestFrom) => {
      const kind = shape.op === 'insert' ? kindNamed(shape.table) : undefined;
      if (kind === undefined) return;
      const digest = Buffer.from(
        bytes.toString('latin1', digestFrom, digestFrom + DIGEST_LENGTH),
        'base64url',
      );
      this.#digestsOf(kind).set(bytes.toString('utf8', idFrom, idUntil), digest.toString('latin1'));
    });
  }

  #digestsOf(kind: Kind): Map<string, string | null> {
    const digests = this.#digests.get(kind) ?? new Map<string, string | null>();
    this.#digests.set(kind, digests);
    return digests;
  }

  get hasDiffering(): boolean {
    return this.#differing.size > 0;
  }

  idsOf(recorded: string): string[] {
    return [...this.#digestsOf(kindNamed(recorded) as Kind).keys()];
  }

  /** Compares the stored rows; returns how many there are. */
  async compare(client: Client): Promise<number> {
    let count = 0;
    for (const [kind, digests] of this.#digests) {
      const birth = new BirthText(kind);
      const more = kind.recorded === 'public.information_unit' ? FIRST_VERSION : '';
      for (const keys of keysOf(kind, digests.keys())) {
        const query = `select ${birth.select} from ${kind.table} r ${more} where ${keys}`;
        await copyBinary(client, query, (row) => {
          const digest = birth.digest(row);
          const id = birth.text.bytes.toString('utf8', birth.idFrom, birth.idUntil);
          const expected = digests.get(id);
          if (expected === undefined) return; // a row of another page, or of no record
          count += 1;
          if (expected !== null && expected === digest) digests.set(id, null);
          else this.#differing.add(placeOfId(kind.index, id));
        });
      }
      for (const [id, left] of digests) {
        if (left !== null) this.#differing.add(placeOfId(kind.index, id));
      }
    }
    return count;
  }

  /** Notes what a record says about rows that differ. */
  suspect(record: ReadRecord, line: LogLine): void {
    const anchorOf = anchorsOf(record);
    for (const row of record.rows.of(({ op }) => op === 'insert')) {
      const kind = kindNamed(row.table);
      if (kind === undefined) continue;
      const place = placeOfId(kind.index, row.id);
      if (!this.#differing.has(place)) continue;
      const birth = { row, position: line.position, reliable: true, order: 0, anchor: anchorOf(row) };
      this.#suspects.set(place, { kind, place, standing: null, copies: 0, births: [birth], updates: [] });
    }
  }

  /** The suspects, with their stored rows. */
  async standing(client: Client): Promise<ReadonlyMap<string, Suspect>> {
    for (const kind of KINDS) {
      const ids = [...this.#suspects.values()]
        .filter((suspect) => suspect.kind === kind)
        .map(({ births }) => births[0]?.row.id as string);
      const rows = new StandingRows(kind);
      for (const keys of keysOf(kind, ids)) {
        await copyBinary(client, `select ${rows.select} from ${kind.table} r where ${keys}`, (bytes) => {
          const row = rows.read(bytes);
          const suspect = this.#suspects.get(placeOfId(kind.index, row.id));
          if (suspect === undefined) return;
          suspect.standing = row;
          suspect.copies += 1;
        });
      }
    }
    return this.#suspects;
  }
}

/** A SHA-256 in base64url. */
const DIGEST_LENGTH = 43;

/** Conditions for rows by the first column of their key, some keys at a time. The key's index answers them. */
function* keysOf(kind: Kind, ids: Iterable<string>): Generator<string> {
  const keys = [...new Set([...ids].map((id) => id.split('/')[0] as string))].filter((id) => IS_KEY.test(id));
  for (let at = 0; at < keys.length; at += KEYS) {
    const some = keys.slice(at, at + KEYS).map((key) => `'${key}'`);
    yield `r.${kind.key[0]} in (${some.join()})`;
  }
}
