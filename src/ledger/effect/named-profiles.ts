import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { type DocumentProfile, documentProfile } from '../../document/profile/schema.ts';

/** The body of the registered profile that a specification names, as it is stored; null where it names none. */
export const profileText = z.string().nullable();

/** Profiles that are kept read. */
const MOST_READ = 64;
const read = new Map<string, DocumentProfile | null>();

/**
 * The registered profiles that a plan may name: that of its specification, or none. A body that was altered so that it
 * is no profile any more counts as none, and the plan says that it doesn't know its profile.
 */
export function namedProfiles(text: string | null): readonly DocumentProfile[] {
  if (text === null) return [];
  const known = read.get(text);
  const profile = known === undefined ? profileOf(text) : known;
  read.delete(text);
  read.set(text, profile);
  for (const oldest of read.keys()) {
    if (read.size <= MOST_READ) break;
    read.delete(oldest);
  }
  return profile === null ? [] : [profile];
}

function profileOf(text: string): DocumentProfile | null {
  return documentProfile.safeParse(JSON.parse(text)).data ?? null;
}

/** The body of the registered profile of a name, or of a name with a version; the newest where it has none. */
export function profileNamed(reference: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(select p.body::text from cutter_source.profile p
    where p.name = split_part(${reference}, '@', 1) and split_part(${reference}, '@', 2) in ('', p.version)
    order by length(p.version) desc, p.version desc limit 1)`;
}

/** The same of the specification of an entry aliased `e`. */
export const PROFILE_OF_ENTRY: FragmentSqlToken = profileNamed(
  sql.fragment`(e.payload->'proposed_cut_spec'->>'profile')`,
);
