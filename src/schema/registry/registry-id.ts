/** Opaque ids of profiles and words. Both may come with the program, so that no table has a row of each. */

export type RegistryType = 'Profile' | 'VocabularyTerm';

/** The id of a profile by name and version, or of a word by kind and word. */
export function registryId(type: RegistryType, first: string, second: string): string {
  return Buffer.from(`${type}:${first}/${second}`).toString('base64url');
}

/** How an id begins in the clear, and its two parts. */
export const REGISTRY_ID = /^(Profile|VocabularyTerm):([^/]+)\/(.+)$/s;
