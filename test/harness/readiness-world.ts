import type pg from 'pg';
import type { Scope } from '../../src/auth/authority.ts';
import { caller, tokenFor } from './callers.ts';
import { call, type Loose, sampleText } from './cycle.ts';
import type { Seeded } from './seeded.ts';
import type { TestServer } from './server.ts';

/*
 * Random ledgers with random principals, for those who ask what blocks a phase. A state can be kept and come back, so
 * that what is said of it is tried out many times. Nobody integrates: positions are no part of it.
 */

export interface Actor {
  readonly principalId: string;
  readonly personId: string;
  readonly tokens: readonly string[];
}

const TABLES = `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and not c.relispartition
    and (n.nspname in ('cutter_governance', 'cutter_source', 'cutter_auth') or c.oid = any (array[
      'cutter_log.pending', 'cutter_log.record_part', 'public.information_unit', 'public.unit_version']::regclass[]))`;

/** Keeps the rows of the ledger's tables on one connection, and puts them back. */
export class KeptState {
  readonly #client: pg.PoolClient;
  readonly #tables: readonly string[];

  private constructor(client: pg.PoolClient, tables: readonly string[]) {
    this.#client = client;
    this.#tables = tables;
  }

  static async open(server: TestServer): Promise<KeptState> {
    const client = await server.superuser.connect();
    await client.query('set session_replication_role = replica');
    const { rows } = await client.query<{ name: string }>(TABLES);
    return new KeptState(
      client,
      rows.map(({ name }) => name),
    );
  }

  async keep(): Promise<void> {
    const parts = this.#tables.map(
      (name, at) => `drop table if exists kept_${at}; create temp table kept_${at} as
      select r::text as was, r.* from ${name} as r; create index on kept_${at} (md5(was))`,
    );
    await this.#client.query(parts.join(';\n'));
  }

  async bringBack(): Promise<void> {
    const parts = this.#tables.map((name, at) => {
      const columns = `(select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
        where attrelid = '${name}'::regclass and attnum > 0 and not attisdropped and attgenerated = '')`;
      return `execute 'delete from ${name} as r where not exists (
          select from kept_${at} as k where md5(k.was) = md5(r::text))';
        execute 'insert into ${name} (' || ${columns} || ') overriding system value select ' || ${columns} || ' from kept_${at} as k
          where not exists (select from ${name} as r where md5(r::text) = md5(k.was))';`;
    });
    await this.#client.query(`do $do$ begin ${parts.join('\n')} end $do$`);
  }

  close(): void {
    this.#client.release();
  }
}

const READ = ['ledger:observe', 'ledger:evidence', 'document:read'] as const satisfies readonly Scope[];
const WORK = [
  'source:register',
  'entry:mark',
  'entry:sweep',
  'entry:abandon',
] as const satisfies readonly Scope[];

const DOCUMENTS = ['alpha', 'beta', 'gamma'];

interface Known {
  readonly entryId: string;
  readonly docCode: string;
}

/** A ledger that came about at random. `actors` are all of its principals, by their ids. */
export class ReadinessWorld {
  readonly actors = new Map<string, Actor>();
  readonly entries: Known[] = [];
  /** Of somebody who reads everything, may do nothing and stays. */
  asker = 'nobody';
  readonly #server: TestServer;
  readonly #random: Seeded;
  #administrator = 'nobody';
  #keys = 0;

  constructor(server: TestServer, random: Seeded) {
    this.#server = server;
    this.#random = random;
  }

  /** Principals of every kind: few, so that now and then nobody is left for something. */
  async people(count: number): Promise<void> {
    this.asker = (await caller(this.#server, { kind: 'agent', scopes: READ })).token;
    const { rows } = await this.#server.superuser.query(
      'select name, principal_id, person_id from cutter_auth.principal',
    );
    for (const { name, principal_id: principalId, person_id: personId } of rows) {
      const token = this.#server.tokens[name as 'marker'] as string | undefined;
      if (name === 'administrator') this.#administrator = principalId;
      if (token !== undefined) this.actors.set(principalId, { principalId, personId, tokens: [token] });
    }
    const random = this.#random;
    const sides = new Map<string, Scope>();
    for (let at = 0; at < count; at += 1) {
      const known = [...this.actors.values()];
      const personId = random.between(0, 2) === 0 ? random.pick(known).personId : undefined;
      const kind = random.pick(['person', 'person', 'service', 'agent'] as const);
      const side =
        (personId === undefined ? undefined : sides.get(personId)) ??
        (random.pick(['change:cut', 'change:verify']) as Scope);
      const isSide = personId === undefined && random.between(0, 1) === 0;
      const scopes: Scope[] = [
        ...READ,
        ...WORK.filter(() => random.between(0, 2) === 0),
        ...(kind === 'person' && random.between(0, 1) === 0 ? (['entry:review'] as const) : []),
        ...(isSide ? [side] : []),
      ];
      const made = await caller(this.#server, {
        kind,
        scopes,
        ...(personId === undefined ? {} : { personId }),
      });
      sides.set(made.personId, side);
      const tokens = [made.token];
      if (random.between(0, 3) === 0)
        tokens.push(await tokenFor(this.#server, made.principalId, { scopes: scopes.slice(0, 4) }));
      this.actors.set(made.principalId, { principalId: made.principalId, personId: made.personId, tokens });
    }
  }

  /** Ends some principals and some tokens until the state comes back. */
  async losePeople(): Promise<void> {
    const { superuser } = this.#server;
    const random = this.#random;
    for (const { principalId } of this.actors.values()) {
      // Without an administrator only the operator goes on, and no test is one.
      const fate = principalId === this.#administrator ? 9 : random.between(0, 9);
      if (fate < 3)
        await superuser.query(
          'update cutter_auth.principal set disabled_at = now() where principal_id = $1',
          [principalId],
        );
      else if (fate < 5)
        await superuser.query(
          `update cutter_auth.token set expires_at = created_at + interval '1 microsecond' where principal_id = $1`,
          [principalId],
        );
      else if (fate === 5 && this.entries.length > 0)
        await superuser.query('update cutter_auth.token set entry_ids = $2 where principal_id = $1', [
          principalId,
          [random.pick(this.entries).entryId],
        ]);
    }
  }

  /** Lets them all act again. */
  async findPeople(): Promise<void> {
    await this.#server.superuser.query('update cutter_auth.principal set disabled_at = null');
    await this.#server.superuser.query(
      `update cutter_auth.token set expires_at = now() + interval '1 day', entry_ids = null`,
    );
  }

  async step(): Promise<void> {
    const random = this.#random;
    const entry = this.entries.length === 0 ? null : random.pick(this.entries);
    const choice = random.between(0, 29);
    if (entry === null || choice < 5) return this.#mark();
    if (choice < 9) return void (await this.#any('sweep', { entryIds: [entry.entryId] }));
    if (choice < 16) return this.#review(entry);
    if (choice < 20) return this.#cut(entry);
    if (choice < 24) return this.#verify(entry);
    if (choice < 27) return this.#comment(entry);
    if (choice === 27)
      return void (await this.#any('abandon', { entryId: entry.entryId, rationale: 'At random.' }));
    if (choice === 28) return this.#expire(entry);
    const to = random.pick(this.entries);
    await this.#any('declareDependency', {
      fromEntryId: entry.entryId,
      toEntryId: to.entryId,
      kind: 'SUPERSEDES',
    });
  }

  key(): string {
    this.#keys += 1;
    return `world-${this.#keys}`;
  }

  /** A call by somebody at random whom the ledger doesn't refuse; null where it refuses all that are tried. */
  async #any(verb: string, input: Record<string, unknown>, success = ''): Promise<Loose> {
    const actors = [...this.actors.values()];
    for (let tries = 0; tries < 6; tries += 1) {
      const { tokens } = this.#random.pick(actors);
      const given = { idempotencyKey: this.key(), ...input };
      const answer = await call(this.#server, this.#random.pick(tokens), verb, given, success);
      if (answer.__typename.endsWith('Success')) return answer;
      if (!['Forbidden', 'SameParty'].includes(answer.__typename)) return null;
    }
    return null;
  }

  async #mark(): Promise<void> {
    const random = this.#random;
    const docCode = random.pick(DOCUMENTS);
    const text = `${sampleText(docCode)}${random.pick(['', '', '## Three\n\nNew.\n', '## Four\n\nOther.\n'])}`;
    const source = await this.#any('registerSource', { docCode, content: { text } }, 'source { sourceId }');
    if (source === null) return;
    const blockedBy =
      this.entries.length > 0 && random.between(0, 2) === 0 ? [random.pick(this.entries).entryId] : [];
    const { sourceId } = source.source;
    const marked = await this.#any(
      'mark',
      { sourceId, cutSpec: { profile: 'markdown' }, signalSource: 'test', blockedBy },
      'entry { entryId }',
    );
    if (marked !== null) this.entries.push({ entryId: marked.entry.entryId, docCode });
  }

  async #review({ entryId }: Known): Promise<void> {
    const random = this.#random;
    const manifestDigest = await this.planOf(entryId);
    if (manifestDigest === null) return;
    const verdict = random.pick(['APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'DEFER', 'REJECT']);
    const isLate = verdict === 'DEFER' && random.between(0, 1) === 0;
    const live = await this.liveDecision(entryId);
    const carried =
      verdict === 'APPROVE' && random.between(0, 1) === 0 ? await this.#carriedDigest(entryId) : null;
    await this.#any('review', {
      entryId,
      verdict,
      manifestDigest,
      ...(live === null ? {} : { supersedesDecisionId: live.id }),
      ...(isLate ? { notBefore: '2999-01-01T00:00:00Z' } : {}),
      ...(carried === null ? {} : { carriedOverDigest: carried }),
    });
  }

  async #carriedDigest(entryId: string): Promise<string | null> {
    return (await this.#plan(entryId, 'carriedOver { digest }'))?.carriedOver?.digest ?? null;
  }

  /** The digest of the entry's plan as it is now; null where it has none. */
  async planOf(entryId: string): Promise<string | null> {
    return (await this.#plan(entryId, 'manifestDigest'))?.manifestDigest ?? null;
  }

  async #plan(entryId: string, fields: string): Promise<Loose> {
    const query = `query ($entryId: UUID) { planCut(entryId: $entryId) { ... on Plan { ${fields} } } }`;
    const { body } = await this.#server.gql(this.asker, query, { entryId });
    return body.data?.planCut ?? null;
  }

  async #cut({ entryId }: Known): Promise<void> {
    const live = await this.liveDecision(entryId);
    if (live !== null) await this.#any('cut', { entryId, manifestDigest: live.digest });
  }

  async #verify({ entryId }: Known): Promise<void> {
    const changeSetId = await this.changeSetOf(entryId);
    if (changeSetId !== null) await this.#any('verify', { changeSetId });
  }

  async #comment({ entryId }: Known): Promise<void> {
    const manifestDigest = await this.planOf(entryId);
    if (manifestDigest === null) return;
    await this.#any('comment', { entryId, manifestDigest, body: 'Why?' });
  }

  async #expire({ entryId }: Known): Promise<void> {
    await this.#server.superuser.query(
      `update cutter_governance.review_decision set expires_at = now() - interval '1 hour'
        where verdict = 'approve' and superseded_by_review_decision_id is null and manifest_id in (
          select envelope_id from cutter_governance.manifest_envelope where source_doc_ref = $1)`,
      [entryId],
    );
  }

  async liveDecision(entryId: string): Promise<{ id: string; digest: string } | null> {
    const { rows } = await this.#server.superuser.query(
      `select d.review_decision_id as id, d.manifest_version as digest from cutter_governance.review_decision d
        join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
        where m.source_doc_ref = $1 and d.superseded_by_review_decision_id is null`,
      [entryId],
    );
    return rows[0] ?? null;
  }

  async changeSetOf(entryId: string): Promise<string | null> {
    const { rows } = await this.#server.superuser.query(
      `select change_set_id as id from cutter_governance.cut_change_set
        where decision_backlog_entry_id = $1 and change_kind = 'cut'`,
      [entryId],
    );
    return rows[0]?.id ?? null;
  }
}
