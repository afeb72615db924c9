import type { Past } from './nouns/moment.ts';
import type { Noun } from './nouns/noun.ts';
import type { NounName } from './nouns/noun-name.ts';
import { NOUNS } from './nouns/nouns.ts';

/** Opaque ids of rows: the type, the key, and for a row as it was the position, in base64url. */

/** SQL of what the id of a row says, in the clear. */
export function idText(noun: Noun, alias: string, moment: string | null): string {
  const key = noun.key.map((column) => `${alias}.${column}::text`).join(` || '/' || `);
  const then = moment === null || noun.viewAt === undefined ? '' : ` || '@' || ${moment}`;
  return `'${noun.type}:' || ${key}${then}`;
}

export function encodeId(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** A row that an id names. */
export interface Named {
  readonly noun: NounName;
  /** The values of the noun's key, as text. */
  readonly key: readonly string[];
  readonly past: Past | null;
}

const ID = /^([A-Za-z]+):(.*?)(?:@(0|[1-9]\d{0,17}))?$/s;

/** What an id names; null where it is no id of this API. */
export function decodeId(id: string): Named | null {
  const [, type, rest, at] = ID.exec(Buffer.from(id, 'base64url').toString()) ?? [];
  const noun = NOUNS[type as NounName] as Noun | undefined;
  if (
    noun === undefined ||
    noun.type !== noun.name ||
    noun.hiddenOf !== undefined ||
    noun.hasId === false ||
    rest === undefined
  )
    return null;
  if (at !== undefined && noun.viewAt === undefined) return null;
  const key = noun.key.length === 1 ? [rest] : splitFirst(rest);
  return key === null ? null : { noun: noun.name, key, past: at === undefined ? null : { at } };
}

function splitFirst(text: string): string[] | null {
  const at = text.indexOf('/');
  return at < 0 ? null : [text.slice(0, at), text.slice(at + 1)];
}
