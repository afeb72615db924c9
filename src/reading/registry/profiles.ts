import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { profileDigest } from '../../document/profile/judge.ts';
import { type AnyProfile, SHIPPED_PROFILES } from '../../document/profiles.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import type { ProfileView } from '../../schema/registry/profile.ts';
import { timeText } from '../../text/time-sql.ts';

const line = z.object({
  profile_id: z.string(),
  name: z.string(),
  version: z.string(),
  digest: z.string(),
  registered_by: z.string(),
  registered_at: z.string(),
  position: z.string().nullable(),
});
const bodyLine = z.object({ profile_id: z.string(), body: z.custom<PlainJson>() });

type Reader = Pick<CommonQueryMethods, 'any'>;

/**
 * Every profile: those of the program first, then the registered ones in the order of the log. A shipped one whose name
 * was registered before the program came with it is left out: nobody can name it here.
 */
export async function readProfiles(reader: Reader, name: string | null): Promise<ProfileView[]> {
  const lines = await linesWhere(reader, sql.fragment`${name}::text is null or p.name = ${name}`);
  const taken = new Set(lines.map((each) => each.name));
  const shipped = SHIPPED_PROFILES.filter((each) => name === null || each.name === name);
  return [
    ...shipped.filter((each) => !taken.has(each.name)).map(shippedView),
    ...registeredViews(reader, lines),
  ];
}

/** The profile that a name, or a name with a version, means; null where there is none. */
export async function readProfile(reader: Reader, reference: string): Promise<ProfileView | null> {
  const [name = reference, version, ...rest] = reference.split('@');
  if (rest.length > 0) return null;
  const named = await readProfiles(reader, name);
  const newest = named.reduce<ProfileView | undefined>(
    (best, each) => (best !== undefined && Number(best.version) > Number(each.version) ? best : each),
    undefined,
  );
  return (version === undefined ? newest : named.find((each) => each.version === version)) ?? null;
}

/** The registered profiles of these ids, in the same order. */
export async function readProfilesById(reader: Reader, ids: readonly string[]): Promise<ProfileView[]> {
  if (ids.length === 0) return [];
  const lines = await linesWhere(reader, sql.fragment`p.profile_id = any(${sql.array([...ids], 'uuid')})`);
  const found = new Map(lines.map((each) => [each.profile_id, each]));
  return registeredViews(
    reader,
    ids.flatMap((id) => found.get(id) ?? []),
  );
}

function linesWhere(reader: Reader, condition: FragmentSqlToken): Promise<readonly z.infer<typeof line>[]> {
  return reader.any(sql.type(line)`/* read.profiles */
    select p.profile_id::text, p.name, p.version, p.digest, p.registered_by,
      ${timeText(sql.fragment`p.registered_at`)} as registered_at, place.position::text
    from cutter_source.profile p
    left join cutter_log.row_place place on place.row_id = p.profile_id and place.noun = 'Profile'
    where ${condition}
    order by place.position nulls last, place.ordinal, p.name, p.version`);
}

function shippedView(profile: AnyProfile): ProfileView {
  return {
    name: profile.name,
    version: profile.version,
    digest: profileDigest(profile),
    registeredBy: null,
    registeredAt: null,
    position: () => null,
    body: () => profile as unknown as PlainJson,
  };
}

/** Bodies are large, so they are read when one is asked for: those of all that were asked for by then, at once. */
function registeredViews(reader: Reader, lines: readonly z.infer<typeof line>[]): ProfileView[] {
  const bodies = new Bodies(reader);
  return lines.map((one) => ({
    name: one.name,
    version: one.version,
    digest: one.digest,
    registeredBy: one.registered_by,
    registeredAt: one.registered_at,
    position: () => one.position,
    body: () => bodies.read(one.profile_id),
  }));
}

class Bodies {
  readonly #reader: Reader;
  #asked: string[] = [];
  #reading: Promise<ReadonlyMap<string, PlainJson>> | null = null;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async read(id: string): Promise<PlainJson> {
    this.#asked.push(id);
    this.#reading ??= Promise.resolve().then(() => this.#readAsked());
    const body = (await this.#reading).get(id);
    if (body === undefined) throw new Error(`The database lost the body of profile ${id}.`);
    return body;
  }

  async #readAsked(): Promise<ReadonlyMap<string, PlainJson>> {
    const ids = this.#asked;
    this.#asked = [];
    this.#reading = null;
    const lines = await this.#reader.any(sql.type(bodyLine)`/* read.profile_bodies */
      select p.profile_id::text, p.body from cutter_source.profile p
      where p.profile_id = any(${sql.array(ids, 'uuid')})`);
    return new Map(lines.map(({ profile_id, body }) => [profile_id, body]));
  }
}
