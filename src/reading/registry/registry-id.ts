import type { CommonQueryMethods } from 'slonik';
import type { ProfileView } from '../../schema/registry/profile.ts';
import { REGISTRY_ID, type RegistryType } from '../../schema/registry/registry-id.ts';
import type { TermView } from '../../schema/registry/vocabulary-term.ts';
import { readProfiles } from './profiles.ts';
import { readVocabulary } from './terms.ts';

/** A profile or a word that an id names. */
export interface RegistryNamed {
  readonly type: RegistryType;
  /** Name and version, or kind and word. */
  readonly key: readonly [string, string];
}

/** What an id names in the registry; null where it names something else. */
export function decodeRegistryId(id: string): RegistryNamed | null {
  const [, type, first, second] = REGISTRY_ID.exec(Buffer.from(id, 'base64url').toString()) ?? [];
  if (first === undefined || second === undefined) return null;
  return { type: type as RegistryType, key: [first, second] };
}

/** Profiles and words by their keys, in the same order, with null where there is none. One statement for each type. */
export async function readFromRegistry(
  reader: Pick<CommonQueryMethods, 'any'>,
  wanted: readonly RegistryNamed[],
): Promise<(ProfileView | TermView | null)[]> {
  const has = (type: RegistryType) => wanted.some((each) => each.type === type);
  const [profiles, terms] = await Promise.all([
    has('Profile') ? readProfiles(reader, null) : [],
    has('VocabularyTerm') ? readVocabulary(reader, null) : [],
  ]);
  const found = new Map<string, ProfileView | TermView>([
    ...profiles.map((each) => [keyText('Profile', [each.name, each.version]), each] as const),
    ...terms.map((each) => [keyText('VocabularyTerm', [each.termKind, each.term]), each] as const),
  ]);
  return wanted.map(({ type, key }) => found.get(keyText(type, key)) ?? null);
}

function keyText(type: RegistryType, key: readonly [string, string]): string {
  return JSON.stringify([type, ...key]);
}
