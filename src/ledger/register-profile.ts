import { sql } from 'slonik';
import { z } from 'zod';
import { judgeProfile, profileDigest, unknownWords } from '../document/profile/judge.ts';
import type { DocumentProfile } from '../document/profile/schema.ts';
import { SHIPPED_PROFILES } from '../document/profiles.ts';
import { readingOf } from '../document/registry-words.ts';
import type { DocumentProblem } from '../document/types.ts';
import { AlreadyRegistered, InvalidInput, type Problem, problemAt } from '../law/refusals.ts';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { timeText } from '../text/time-sql.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { phaseIds } from './envelope/ids.ts';
import { AT, jsonRows, termsOf, VOCABULARY, vocabularyText } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { PROFILE } from './tables/registry.ts';

export interface RegisterProfileInput {
  readonly idempotencyKey: string;
  readonly name: string;
  readonly version: string;
  /** The profile; name and version may be left out of it. */
  readonly body: { readonly [member: string]: PlainJson };
}

/** A profile as it is listed. */
export interface KnownProfile {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly body: PlainJson;
  /** Null where the program comes with it. */
  readonly registeredBy: string | null;
  readonly registeredAt: string | null;
}

interface StoredProfile {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly key: string;
  /** Without name and version; null where the key isn't that of the call. */
  readonly rest: PlainJson;
  readonly by: string;
  readonly at: string;
}

const lockRow = z.object({ at: z.string() });
const lookRow = z.object({
  /** Those of this name and version, and of this key. */
  stored: jsonRows<StoredProfile>(),
  /** Each name that is taken, with its newest version. */
  names: jsonRows<{ readonly name: string; readonly newest: string }>(),
  vocabulary: vocabularyText,
});
type Look = z.infer<typeof lookRow>;

/**
 * REGISTER PROFILE — publish how a kind of document is cut, under a name and a version that never change.
 *
 *     no state moves        lane DOT-991, role cutter_exec
 *
 * Locks    one lock for all registrations of profiles
 * Reads    profile (by name and version, by key) · the names that are taken · vocabulary
 * Writes   1 profile
 * Refuses  InvalidInput         no profile of the present format, a pattern that RE2 can't run, words that the
 *                               vocabulary lacks, a name that reads like another one
 *          IdempotencyConflict  the key registered another profile, or another principal used it for another
 *          AlreadyRegistered    name and version are there with another body, or the program comes with the name
 * Replay   same name, version and body, with any key: the first profile, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function registerProfile(
  tx: ExecTx<'registerProfile'>,
  input: RegisterProfileInput,
): Promise<Done<{ profile: KnownProfile }>> {
  const { profile, body, digest } = judgedInput(input);
  const { at } = await tx.connection.one(sql.prepared('registerProfile.lock', lockRow)`
    /* registerProfile.lock */ with one as materialized (
        select pg_advisory_xact_lock(hashtextextended('cutter:profiles', 0)) as taken)
    select ${AT} as at from one`);
  const look = await tx.connection.one(sql.prepared('registerProfile.look', lookRow)`
    /* registerProfile.look */ select ${VOCABULARY} as vocabulary,
      (select coalesce(json_agg(json_build_object('name', p.name, 'version', p.version, 'digest', p.digest,
          'key', p.idempotency_key,
          'rest', case when p.idempotency_key = ${input.idempotencyKey} then p.body - 'name' - 'version' end,
          'by', p.registered_by, 'at', ${timeText(sql.fragment`p.registered_at`)})), '[]')
        from cutter_source.profile p
        where (p.name = ${input.name} and p.version = ${input.version})
          or p.idempotency_key = ${input.idempotencyKey}) as stored,
      (select coalesce(json_agg(n), '[]') from (
        select distinct on (p.name) p.name, p.version as newest from cutter_source.profile p
        order by p.name, length(p.version) desc, p.version desc) n) as names`);
  const { name, version } = input;
  const there = look.stored.find((one) => one.name === name && one.version === version);
  const value = {
    profile: { name, version, digest, body, registeredBy: tx.caller.principalId, registeredAt: at },
  };
  refuseOtherProfile(tx, input, body, look);
  if (there?.digest === digest) {
    return {
      value: { profile: { ...value.profile, registeredBy: there.by, registeredAt: there.at } },
      writes: null,
      recordId: phaseIds('registerProfile', there.key).record,
    };
  }
  refuseTaken(input, look, there);
  refuseFaulty(unknownWords(profile, termsOf(look.vocabulary)));

  const row = {
    profile_id: tx.ids.profile,
    name,
    version,
    digest,
    body,
    idempotency_key: input.idempotencyKey,
    registered_by: tx.caller.principalId,
    mode: tx.caller.mode,
  };
  const { writes, sent } = composeWrites(at, { profile: insertRows(PROFILE, [row]) });
  await tx.connection.query(sql.prepared('registerProfile.write', z.object({}))`
    /* registerProfile.write */ ${sent.profile}`);
  return { value, writes };
}

interface JudgedInput {
  readonly profile: DocumentProfile;
  /** In its full form: what the format lets one leave out is in it. */
  readonly body: PlainJson;
  readonly digest: string;
}

/** Refuses what is no profile. Name and version are part of what is published. */
function judgedInput({ name, version, body }: RegisterProfileInput): JudgedInput {
  const given = { name, version };
  refuseFaulty(
    (['name', 'version'] as const).flatMap((field) => {
      const said = body[field];
      if (said === undefined || said === given[field]) return [];
      const message = `The ${field} in the body isn't "${given[field]}". Leave it out, or write the same.`;
      return [{ path: [field], code: 'profile_differs', message }];
    }),
  );
  const judged = judgeProfile({ ...body, name, version });
  if ('problems' in judged) throw refusalOf(judged.problems);
  const whole = judged.profile as unknown as PlainJson;
  return { profile: judged.profile, body: whole, digest: profileDigest(whole) };
}

function refuseFaulty(problems: readonly DocumentProblem[]): void {
  if (problems.length > 0) throw refusalOf(problems);
}

/** Problems that one refusal lists. */
const MOST_LISTED = 100;

function refusalOf(found: readonly DocumentProblem[]): InvalidInput {
  const problems = found
    .slice(0, MOST_LISTED)
    .map(({ path, code, message }) => problemAt(['input', 'body', ...path], code, message));
  const more = found.length > 1 ? ` The other problems (${found.length - 1}) are listed.` : '';
  return new InvalidInput(`The profile can't be registered: ${problems[0]?.message}${more}`, problems);
}

function refuseOtherProfile(
  tx: ExecTx,
  input: RegisterProfileInput,
  body: PlainJson,
  { stored }: Look,
): void {
  const first = stored.find(({ key }) => key === input.idempotencyKey);
  if (first === undefined) return;
  const { name: _name, version: _version, ...rest } = body as { readonly [member: string]: PlainJson };
  const isSame = first.name === input.name && first.version === input.version;
  // The same profile is the same answer, by any sender.
  if (!isSame || canonicalJson(first.rest) !== canonicalJson(rest)) refuseOther(tx.caller, first.by);
  refuseConflict('registered another profile', [
    ['name', first.name, input.name],
    ['version', first.version, input.version],
    ['body', first.rest, rest],
  ]);
}

/** Refuses a name or a version that is taken, and a name that reads like one that is. */
function refuseTaken(
  { name, version }: RegisterProfileInput,
  { names }: Look,
  there: StoredProfile | undefined,
): void {
  const own = names.find((one) => one.name === name);
  if (there !== undefined) {
    const next = Number(own?.newest ?? version) + 1;
    const message =
      `The profile ${name}@${version} is registered with another body (${there.digest}), ` +
      `and never changes. Register this one as version ${next}.`;
    throw new AlreadyRegistered(message, [problemAt(['input', 'version'], 'profile-differs', message)]);
  }
  if (own !== undefined) return;
  const shipped = new Set(SHIPPED_PROFILES.map((profile) => profile.name));
  if (shipped.has(name)) {
    const message = `The program comes with a profile "${name}". Choose another name.`;
    throw new AlreadyRegistered(message, [problemAt(['input', 'name'], 'profile-shipped', message)]);
  }
  const like = [...shipped, ...names.map((one) => one.name)].find(
    (one) => readingOf(one) === readingOf(name),
  );
  if (like === undefined) return;
  const message = `The name "${name}" reads like "${like}". Choose one that differs more.`;
  const problem: Problem = problemAt(['input', 'name'], 'look-alike', message);
  throw new InvalidInput(message, [problem]);
}
