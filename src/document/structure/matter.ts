/** Front matter by the languages that a profile knows. */
import { frontMatterLength } from '../front-matter.ts';
import type { DocumentProfile } from '../profile/schema.ts';
import { MARKDOWN_2 } from '../profiles.ts';
import { tomlMatter } from '../toml.ts';

/** Characters between the fences, at most; what is longer is text. */
const LONGEST = 16_384;

/** Characters of the front matter, its closing line included; 0 where there is none. */
export function matterLength(text: string, rules: DocumentProfile['frontMatter']): number {
  if (rules === null) return 0;
  const yaml = rules.languages.includes('yaml') ? frontMatterLength(text, MARKDOWN_2.frontMatter) : 0;
  if (yaml > 0 || !rules.languages.includes('toml')) return yaml;
  return tomlMatter(text, LONGEST)?.length ?? 0;
}
