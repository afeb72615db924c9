import type { Client } from 'pg';
import { type ChainedKey, KeyChain } from '../../law/key-chain.ts';
import { KEY_ACTS, keyRecordId } from '../../law/key-statement.ts';
import { type ReadRecord, readRecord } from '../../law/read-record.ts';
import { KEY_PURPOSES, type Lane } from '../../law/values.ts';
import { KEY } from '../../ledger/tables/key.ts';
import type { FsckFindings, Ref } from '../finding.ts';
import { LOG, PARTS } from './log-lines.ts';

/** A key by which signatures are judged, as the log gives it. */
export type JudgedKey = Pick<ChainedKey, 'keyId' | 'lane' | 'purpose' | 'publicKey' | 'from' | 'until'>;

interface RegisteredKey extends JudgedKey {
  readonly principalId: string;
}

interface Fault {
  readonly position: number;
  readonly recordId: string;
  readonly why: string;
  /** Faults of keys before it: where one of them was reported, this one is not. */
  readonly refs: readonly Ref[];
}

const IS_KEY = /^key:/;

/**
 * The keys of both lanes as the log's records make them, in the order of positions, and as the registry has them. The
 * log decides about a signature. Where a part of the log can't be read, a key that it doesn't name is taken from the
 * registry.
 */
export class LedgerKeys {
  readonly #chain = new KeyChain();
  readonly #faults: Fault[] = [];
  readonly #refs: Ref[] = [];
  #registry: ReadonlyMap<string, RegisteredKey> = new Map();
  #isWhole = true;
  /** A record that can be read, at its position or at the one that it waits for. `incarnation`: null if unknown. */
  record(record: ReadRecord, position: number, reliable: boolean, incarnation: string | null = null): void {
    if (!IS_KEY.test(record.verb)) return;
    const why = this.#chain.take(record.statements ?? [], position, record, incarnation);
    if (why === null) return;
    if (reliable) this.#faults.push({ position, recordId: record.recordId, why, refs: [...this.#refs] });
    else this.#isWhole = false;
    this.#refs.push([LOG, String(position)], [PARTS, `${record.recordId}/0`]);
  }

  /** A record that can't be read, or isn't there: it may have been about a key. */
  blank(): void {
    this.#isWhole = false;
  }

  /** Reads the registry; its rows are compared with their records elsewhere. */
  async readRegistry(client: Client): Promise<void> {
    const { rows } = await client.query<
      Omit<RegisteredKey, 'publicKey' | 'from' | 'until'> & {
        publicKey: Buffer | null;
        from: string;
        until: string | null;
      }
    >(
      `/* fsck.keys */ select key_id as "keyId", lane, purpose, public_key as "publicKey",
        principal_id as "principalId", from_position::text as "from", until_position::text as until from ${KEY.name}`,
    );
    this.#registry = new Map(
      rows.map((row) => [
        row.keyId,
        {
          ...row,
          // Without the schema's NOT NULL the bytes may be gone too.
          publicKey: row.publicKey ?? Buffer.alloc(0),
          from: Number(row.from),
          until: row.until === null ? null : Number(row.until),
        },
      ]),
    );
  }

  /** The public key of one of the lane's keys that are in force where the log was read to, of either purpose. */
  inForce(keyId: string, lane: Lane): Uint8Array | null {
    return (
      KEY_PURPOSES.map((purpose) => this.#chain.current(lane, purpose)).find((key) => key?.keyId === keyId)
        ?.publicKey ?? null
    );
  }

  /** The ids of the records that begin and end the registry's keys. */
  recordIds(): string[] {
    return [...this.#registry.keys()].flatMap((keyId) => KEY_ACTS.map((act) => keyRecordId(act, keyId)));
  }

  /** The key with this id, if the ledger has one for this purpose. */
  find(keyId: string, purpose: JudgedKey['purpose']): JudgedKey | null {
    const known =
      this.#chain.all.find((key) => key.keyId === keyId) ??
      (this.#isWhole && this.#faults.length === 0 ? undefined : this.#registry.get(keyId));
    return known?.purpose === purpose ? known : null;
  }

  /** The keys with which a lane ever signed heads, as the log gives them. */
  forHeads(lane: Lane): readonly JudgedKey[] {
    const ids = new Set([...this.#chain.all.map(({ keyId }) => keyId), ...this.#registry.keys()]);
    return [...ids]
      .flatMap((keyId) => this.find(keyId, 'checkpoint') ?? [])
      .filter((key) => key.lane === lane);
  }

  /** Reports records about keys that aren't believed, and where the registry differs from the log. */
  report(
    findings: FsckFindings,
    head: number,
    range: { readonly from: number; readonly until: number },
  ): void {
    for (const { position, recordId, why, refs } of this.#isWhole ? this.#faults : []) {
      if (position < range.from || position >= range.until) continue;
      findings.derive([...refs, [PARTS, `${recordId}/0`]], {
        verdict: 'key-broken',
        table: LOG,
        key: String(position),
        column: null,
        after: position,
        before: null,
        message: `The record about a key at position ${position} isn't believed. ${why}`,
      });
    }
    if (!this.#isWhole || this.#faults.length > 0) return;
    for (const key of this.#chain.all)
      if (key.from >= range.from && key.from < range.until) this.#compare(key, findings, head);
    if (range.from === 0)
      for (const { keyId } of this.#registry.values())
        if (!this.#chain.all.some((key) => key.keyId === keyId))
          reportKey(findings, keyId, null, head, 'is in the registry, and no record of the log begins it');
  }

  #compare(key: ChainedKey, findings: FsckFindings, head: number): void {
    const row = this.#registry.get(key.keyId);
    if (row === undefined) {
      reportKey(findings, key.keyId, null, head, 'is not in the registry, and the log begins it');
      return;
    }
    const differs: readonly (readonly [column: string, differs: boolean])[] = [
      ['lane', row.lane !== key.lane],
      ['purpose', row.purpose !== key.purpose],
      ['public_key', !row.publicKey.equals(key.publicKey)],
      ['principal_id', key.principalId !== null && row.principalId !== key.principalId],
      ['from_position', row.from !== key.from],
      ['until_position', row.until !== key.until],
    ];
    for (const [column] of differs.filter(([, is]) => is))
      reportKey(
        findings,
        key.keyId,
        column,
        head,
        `has another ${column} in the registry than the log gives it`,
      );
  }
}

function reportKey(
  findings: FsckFindings,
  keyId: string,
  column: string | null,
  head: number,
  how: string,
): void {
  findings.derive([], {
    verdict: 'key-broken',
    table: KEY.name,
    key: keyId,
    column,
    after: null,
    before: head,
    message: `The key ${keyId} ${how}.`,
  });
}

/**
 * The keys without a pass over the whole log: their records are found by the ids of the registry's keys. A waiting
 * record counts at the position that it waits for. In one snapshot.
 */
export async function keysOfLog(client: Client): Promise<LedgerKeys> {
  const keys = new LedgerKeys();
  await keys.readRegistry(client);
  const { rows } = await client.query<{ position: string; record_hash: string; body: string }>(
    `/* fsck.key_records */ with waiting as (
      select head.next_position + row_number() over (order by min(p.seq)) - 1 as position, p.record_id,
        min(p.record_hash) as record_hash
      from cutter_log.pending p cross join cutter_log.head
      where not exists (select from cutter_log.log l where l.record_id = p.record_id)
      group by p.record_id, head.next_position
    ), placed as (
      select position, record_id, record_hash from cutter_log.log where record_id = any($1)
      union all select position, record_id, record_hash from waiting where record_id = any($1)
    )
    select l.position::text, l.record_hash, string_agg(p.body, '' order by p.part) as body
    from placed l join cutter_log.record_part p on p.record_id = l.record_id
    group by l.position, l.record_hash order by l.position`,
    [keys.recordIds()],
  );
  for (const { position, record_hash, body } of rows) {
    const read = readRecord(Buffer.from(body), record_hash);
    if (read.verdict === 'ok') keys.record(read.record, Number(position), true);
    else if (read.verdict === 'hash_mismatch' && read.record !== null)
      keys.record(read.record, Number(position), false);
    else keys.blank();
  }
  return keys;
}
