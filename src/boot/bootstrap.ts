import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { z } from 'zod';
import {
  personIdOf,
  principalIdOf,
  SAMPLE_PARTIES,
  type SampleParty,
  scopesInOrder,
} from '../auth/sample-parties.ts';
import { BOOTSTRAP_LOCK, underBootstrapLock } from '../database/bootstrap-lock.ts';
import { BASE_VOCABULARY } from '../document/vocabulary.ts';
import { refuseIfOthersMayRead, writePrivateFile } from '../home/private-file.ts';
import { homeSecrets, type Secrets, writeSecrets } from '../home/secrets.ts';
import { type HeldKey, heldKeys, withFollowed } from '../keys/custody.ts';
import { type RegisteredKeys, registerKeys } from '../keys/lane-keys.ts';
import type { Mode } from '../law/values.ts';
import { standingSuspension } from '../log/setback/suspension.ts';
import { type IssuedTokens, issueTokens, keepTokens } from './issue-tokens.ts';
import { recordParties, type WrittenParties } from './record-parties.ts';
import { beginRules } from './record-rules.ts';

export interface BootstrapOptions {
  readonly mode: Mode;
  /** The lanes' keys that the server holds. A lane without one gets no key here. */
  readonly keys: readonly HeldKey[];
  /** Tokens handed out before, by principal name: those that still work are kept. */
  readonly tokens?: Readonly<Record<string, string>>;
}

export interface BootstrapResult {
  /** The tokens of the sample principals, by name; empty in production. They are seen nowhere else. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Names of the principals whose token is new. */
  readonly issued: readonly string[];
  readonly incarnation: string;
  readonly keys: RegisteredKeys;
}

/**
 * Writes what every ledger begins with: vocabulary, the log's head, the lanes' keys and, in a rehearsal, the sample
 * persons with their principals and tokens. Then the rules. As the owner, in one transaction; run again, it changes
 * nothing that is there.
 *
 * In production no sample person is made, and the gate refuses those that an earlier rehearsal left.
 */
export async function bootstrapLedger(
  owner: ClientBase,
  options: BootstrapOptions,
): Promise<BootstrapResult> {
  // Not the owner's default: what is read after waiting for a lock must be the state at that moment.
  await owner.query('begin isolation level read committed');
  try {
    await owner.query(`/* bootstrap.lock */ select pg_advisory_xact_lock(${BOOTSTRAP_LOCK})`);
    await addVocabulary(owner);
    const incarnation = await addHead(owner);
    const { written, ...issue } = await beginParties(owner, options);
    const keys = await registerKeys(owner, options.keys);
    await recordParties(owner, options.mode, written);
    await beginRules(owner, options.mode);
    await owner.query('commit');
    return { ...issue, incarnation, keys };
  } catch (error) {
    await owner.query('rollback').catch(() => {});
    throw error;
  }
}

/**
 * The same with what a home holds: its keys, and the tokens in `<home>/tokens.json`. A rotation whose process was
 * killed is finished here. The secrets are read under the lock, since a rotation writes them under it.
 */
export async function bootstrapHome(
  owner: ClientBase,
  home: string,
  mode: Mode,
): Promise<BootstrapResult & { readonly secrets: Secrets }> {
  return await underBootstrapLock(owner, async () => {
    const path = tokensPath(home);
    const secrets = homeSecrets(home);
    const tokens = tokensOfHome(home);
    const result = await bootstrapLedger(owner, { mode, keys: heldKeys(secrets), tokens });
    const followed = withFollowed(secrets, result.keys.inForce);
    if (followed !== secrets) writeSecrets(home, followed);
    if (result.issued.length > 0) writePrivateFile(path, `${JSON.stringify(result.tokens, null, 2)}\n`);
    return { ...result, secrets: followed };
  });
}

const tokensPath = (home: string) => join(home, 'tokens.json');

/** The tokens that a home holds, by principal; empty where it holds none. */
export function tokensOfHome(home: string): Readonly<Record<string, string>> {
  const path = tokensPath(home);
  if (!existsSync(path)) return {};
  refuseIfOthersMayRead(path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    parsed = null; // not quoted: the text is secret
  }
  const tokens = z.record(z.string(), z.string()).safeParse(parsed);
  if (!tokens.success)
    throw new Error(`${path} is not a list of tokens. Remove it, and the next start issues new ones.`);
  return tokens.data;
}

/**
 * Rows are added and never removed or changed: a manifest's digest names the vocabulary it was planned with. A word
 * that was registered before the program came with it keeps its meaning.
 */
async function addVocabulary(owner: ClientBase): Promise<void> {
  await owner.query(
    "/* bootstrap.words */ select pg_advisory_xact_lock(hashtextextended('cutter:vocabulary', 0))",
  );
  await owner.query(
    `/* bootstrap.vocabulary */
    insert into cutter_source.vocabulary (term_kind, term, description, at_most)
    select w.* from unnest($1::text[], $2::text[], $3::text[], $4::int[]) as w (term_kind, term, description, at_most)
    where not exists (
      select from cutter_source.registered_term r where r.term_kind = w.term_kind and r.term = w.term)
    on conflict do nothing`,
    [
      BASE_VOCABULARY.map((row) => row.termKind),
      BASE_VOCABULARY.map((row) => row.term),
      BASE_VOCABULARY.map((row) => row.description),
      BASE_VOCABULARY.map((row) => row.atMost),
    ],
  );
}

async function addHead(owner: ClientBase): Promise<string> {
  await owner.query(
    `/* bootstrap.head */
    insert into cutter_log.head (singleton, next_position, incarnation) values (true, 0, $1) on conflict do nothing`,
    [randomUUID()],
  );
  const { rows } = await owner.query<{ incarnation: string }>(
    '/* bootstrap.incarnation */ select incarnation from cutter_log.head',
  );
  return rows[0]!.incarnation;
}

/**
 * The sample parties of a rehearsal, and their tokens. A suspended ledger takes no record, so nobody is added to it:
 * the first start after it has resumed does that.
 */
async function beginParties(
  owner: ClientBase,
  { mode, tokens: known = {} }: BootstrapOptions,
): Promise<IssuedTokens & { readonly written: WrittenParties }> {
  const none = { personIds: [], principalIds: [], tokenIds: [] };
  if (mode === 'production') return { tokens: {}, issued: [], written: none };
  const names = SAMPLE_PARTIES.map((party) => party.name);
  if ((await standingSuspension(owner)) !== null)
    return { ...(await keepTokens(owner, known, names)), issued: [], written: none };
  const added = [];
  for (const party of SAMPLE_PARTIES) added.push(await addSampleParty(owner, party, true));
  const { tokenIds, ...issue } = await issueTokens(owner, known, names);
  const personIds = added.flatMap(({ personId }) => personId ?? []);
  const principalIds = added.flatMap(({ principalId }) => principalId ?? []);
  return { ...issue, written: { personIds, principalIds, tokenIds } };
}

/** Adds a person and its principal where they are missing; gives the ids of those that were. */
async function addSampleParty(
  owner: ClientBase,
  party: SampleParty,
  rehearsal: boolean,
): Promise<{ readonly personId: string | null; readonly principalId: string | null }> {
  const person = await owner.query<{ id: string }>(
    `/* bootstrap.person */
    insert into cutter_auth.person (person_id, name, rehearsal) values ($1, $2, $3) on conflict do nothing
    returning person_id as id`,
    [personIdOf(party.personName), party.personName, rehearsal],
  );
  const principal = await owner.query<{ id: string }>(
    `/* bootstrap.principal */
    insert into cutter_auth.principal (principal_id, kind, name, person_id, scopes, lane, rehearsal)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning principal_id as id`,
    [
      principalIdOf(party.name),
      party.kind,
      party.name,
      personIdOf(party.personName),
      scopesInOrder(party.scopes),
      party.lane,
      rehearsal,
    ],
  );
  return { personId: person.rows[0]?.id ?? null, principalId: principal.rows[0]?.id ?? null };
}
