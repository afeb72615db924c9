import type { PoolClient } from 'pg';
import { KINDS, type Kind } from '../../src/fsck/kinds.ts';
import { payloadTypeOf } from '../../src/law/statement.ts';
import type { Lane } from '../../src/law/values.ts';
import { canonicalJson, type PlainJson } from '../../src/proof/canonical.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { signEnvelope } from '../../src/proof/dsse.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { forgetTree, type RecordBody, repairRecord } from '../fsck/fsck-ground.ts';
import type { TestDatabase } from './database.ts';
import { seedOf } from './seeds.ts';

/*
 * A forger with the owner's login and both lanes' seeds: rows, records, hashes, statements and the tree agree after
 * the work. What is left to find is a broken rule of the ledger.
 */

/** A cut, and the rows that led to it. */
export interface CutRows {
  readonly changeSetId: string;
  readonly entryId: string;
  readonly decisionId: string;
  /** The approval that this decision superseded, where both are about the same plan and the same versions. */
  readonly priorDecisionId: string | null;
  readonly manifestId: string;
  readonly executorSignatureId: string;
  /** UTC text with microseconds. */
  readonly cutAt: string;
  readonly cutHistoryId: string;
  readonly sourceId: string;
  readonly resultId: string | null;
  readonly verifierSignatureId: string | null;
  /** Whether a later cut's signature names this one's. */
  readonly isAmended: boolean;
}

const G = 'cutter_governance';

export class Forger {
  readonly #client: PoolClient;
  readonly #database: TestDatabase;

  private constructor(client: PoolClient, database: TestDatabase) {
    this.#client = client;
    this.#database = database;
  }

  /** Forges, and makes the database forget its tree: the lanes sign anew what they find. */
  static async work(database: TestDatabase, forge: (forger: Forger) => Promise<void>): Promise<void> {
    const client = await database.superuser.connect();
    try {
      await client.query('set session_replication_role = replica');
      await forge(new Forger(client, database));
      for (const statement of forgetTree) await client.query(statement);
    } finally {
      await client.query('reset session_replication_role');
      client.release();
    }
  }

  async query(text: string, values: readonly unknown[] = []): Promise<void> {
    await this.#client.query(text, [...values]);
  }

  /** One value as text. */
  async one(text: string, values: readonly unknown[] = []): Promise<string> {
    const { rows } = await this.#client.query({ text, values: [...values], rowMode: 'array' });
    return (rows[0] as unknown as string[])[0] as string;
  }

  /** Sets columns of a row, and lets its record vouch for it. */
  async set(recorded: string, id: string, columns: Readonly<Record<string, unknown>>): Promise<void> {
    const { table, key } = kindNamed(recorded);
    const sets = Object.keys(columns).map((column, at) => `${column} = $${at + 2}`);
    await this.#client.query(`update ${table} set ${sets.join(', ')} where ${key[0]} = $1`, [
      id,
      ...Object.values(columns),
    ]);
    await this.record(recorded, id);
  }

  /** Changes the record that wrote a row, and its line of the log. */
  async record(recorded: string, id: string, change: (body: RecordBody) => void = () => {}): Promise<void> {
    await repairRecord(this.#client, kindNamed(recorded), id, { hash: true }, change);
  }

  /** The record's body that wrote a row. */
  async bodyOf(id: string): Promise<RecordBody> {
    return JSON.parse(
      await this.one(
        `select (select string_agg(body, '' order by part) from cutter_log.record_part p
           where p.record_id = l.record_id)
         from cutter_log.log l where l.row_ids @> array[$1::uuid]`,
        [id],
      ),
    );
  }

  /** Lets each lane sign what the rows of a cut say now. */
  async sign(cut: CutRows): Promise<void> {
    const { rows } = await this.#client.query(`select * from ${G}.cut_change_set where change_set_id = $1`, [
      cut.changeSetId,
    ]);
    const of = {
      manifestId: rows[0].manifest_id,
      manifestDigest: rows[0].manifest_version,
      reviewDecisionId: rows[0].review_decision_id,
    };
    const payloadHash = await this.#signStatement('DOT-991', cut.executorSignatureId, of);
    if (cut.verifierSignatureId === null) return;
    const priorSignature = { signatureId: cut.executorSignatureId, payloadHash };
    await this.#signStatement('DOT-992', cut.verifierSignatureId, { ...of, priorSignature });
  }

  async #signStatement(lane: Lane, signatureId: string, facts: Record<string, PlainJson>): Promise<string> {
    const said = await this.one(
      `select signature_payload from ${G}.dot_pair_signature where signature_id = $1`,
      [signatureId],
    );
    const payload = canonicalJson({ ...JSON.parse(said), ...facts });
    const seed = seedOf(this.#database.secrets, lane) as Uint8Array;
    const signer = { seed, keyId: keyIdOf(publicKeyOf(seed)) };
    const envelope = signEnvelope(payloadTypeOf(lane), Buffer.from(payload), signer);
    await this.set('dot_pair_signature', signatureId, {
      signature_payload: payload,
      payload_hash: digestOf(payload),
      payload_envelope: JSON.stringify(envelope),
    });
    return digestOf(payload);
  }

  /** The records that wrote two rows change their places in the log. */
  async swapPlaces(oneId: string, otherId: string): Promise<void> {
    const at = (id: string) =>
      this.one('select position::text from cutter_log.log where row_ids @> array[$1::uuid]', [id]);
    const [one, other] = [await at(oneId), await at(otherId)];
    for (const table of ['log', 'row_place'])
      for (const [from, to] of [
        [one, '-1'],
        [other, one],
        ['-1', other],
      ])
        await this.query(`update cutter_log.${table} set position = $2 where position = $1`, [from, to]);
  }
}

function kindNamed(recorded: string): Kind {
  const kind = KINDS.find((one) => one.recorded === recorded);
  if (kind === undefined) throw new Error(`No kind is recorded as ${recorded}.`);
  return kind;
}

/** The cuts of a ledger that passed, and those that no verifier has judged. */
export async function cutsOf(database: TestDatabase): Promise<readonly CutRows[]> {
  const { rows } = await database.superuser.query<CutRows & { verdict: string | null }>(
    `select c.change_set_id::text as "changeSetId", c.decision_backlog_entry_id::text as "entryId",
       c.review_decision_id::text as "decisionId", case when prior.verdict = 'approve' and not exists (
         select b.unit_local_id, b.payload_summary from ${G}.manifest_unit_block b where b.envelope_id = c.manifest_id
         except select b.unit_local_id, b.payload_summary from ${G}.manifest_unit_block b
           where b.envelope_id = prior.manifest_id)
         then prior.review_decision_id::text end as "priorDecisionId",
       c.manifest_id::text as "manifestId", c.executor_signature_id::text as "executorSignatureId",
       to_char(c.emitted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "cutAt",
       (select h.history_id::text from ${G}.decision_backlog_history h
         where h.entry_id = c.decision_backlog_entry_id and h.change_kind = 'cut') as "cutHistoryId",
       replace(e.payload->>'iu_ref', 'source:', '') as "sourceId",
       exists (select from ${G}.dot_pair_signature s where s.signature_kind = 'executor'
         and s.prior_signature_id = c.executor_signature_id) as "isAmended",
       v.verify_result_id::text as "resultId", v.verifier_signature_id::text as "verifierSignatureId", v.verdict
     from ${G}.cut_change_set c
     join ${G}.review_decision d using (review_decision_id)
     left join ${G}.review_decision prior on prior.review_decision_id = d.prior_review_decision_id
     join ${G}.decision_backlog_entry e on e.entry_id = c.decision_backlog_entry_id
     left join ${G}.verify_result v on v.change_set_id = c.change_set_id
     where c.change_kind = 'cut' and v.verdict is distinct from 'fail' order by c.change_set_id`,
  );
  return rows;
}
