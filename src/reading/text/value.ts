import { timeTextSql } from '../../text/time-sql.ts';
import { nameOfWordSql } from '../../text/words.ts';
import type { Codec } from '../nouns/noun.ts';
import type { Valued } from '../plan.ts';

/** A piece of text: fixed, or an expression of SQL. */
export type Piece =
  | { readonly fixed: string }
  | {
      readonly sql: string;
      /** Whether it is the text of other rows. */
      readonly isLong?: boolean;
      /** Whether it is null only where the ledger is broken. */
      readonly isPromised?: boolean;
    };

/** JSON's null in the place of SQL's. */
export const orNull = (text: string): string => `coalesce(${text}, 'null')`;

/** Bytes in base64, without the line breaks of MIME. */
const base64 = (bytes: string): string => `translate(encode(${bytes}, 'base64'), E'\\n', '')`;

/** As base64 has it, with the characters of URLs and without padding. */
export function base64urlText(text: string): string {
  return `translate(encode(convert_to(${text}, 'UTF8'), 'base64'), E'+/=\\n', '-_')`;
}

/** Text of any characters, as JSON escapes it. */
export const escapedText = (text: string): string => `to_json(${text})::text`;

/** How a value of each codec is written: as it is, or between quotes. */
interface Writing {
  readonly sql: (value: string, names: Valued['names']) => string;
  readonly isQuoted: boolean;
}
const plain = (sql: Writing['sql']): Writing => ({ sql, isQuoted: false });
const quoted = (sql: Writing['sql']): Writing => ({ sql, isQuoted: true });

/** The name of a word. A choice among the few that there are is much faster than to make it of its characters. */
function nameText(word: string, names: Valued['names']): string {
  const choices = names.map(([stored, name]) => `when '${stored}' then '${name}'`).join(' ');
  return choices === '' ? nameOfWordSql(word) : `case ${word} ${choices} else ${nameOfWordSql(word)} end`;
}

function namesText(words: string, names: Valued['names']): string {
  const name = `'"' || ${nameText('w.word', names)} || '"'`;
  return `(select '[' || coalesce(string_agg(${name}, ',' order by w.at), '') || ']'
    from unnest(${words}) with ordinality as w (word, at))`;
}

/**
 * Null: by a hand that isn't PostgreSQL's. It puts spaces into JSON, and can't say of bytes whether they are text.
 */
const WRITTEN: Readonly<Record<Codec, Writing | null>> = {
  uuid: quoted((value) => value),
  text: plain((value) => escapedText(value)),
  word: quoted(nameText),
  words: plain(namesText),
  digest: plain((value) => escapedText(value)),
  int: plain((value) => `${value}::text`),
  bool: plain((value) => `${value}::text`),
  time: quoted((value) => timeTextSql(value)),
  position: quoted((value) => value),
  base64: quoted((value) => base64(value)),
  json: null,
  utf8: null,
};

/** Whether PostgreSQL writes values of this codec; absent: whatever the database answers. */
export const isWritten = (codec: Codec | undefined): boolean =>
  codec === undefined || WRITTEN[codec] !== null;

/** The pieces of a value, of which none is null that may be; without a codec it is what the database makes of it. */
export function valuePieces(codec: Codec | undefined, value: string, { isNullable, names }: Valued): Piece[] {
  const writing = codec === undefined ? plain((given) => escapedText(given)) : WRITTEN[codec];
  if (writing === null) throw new Error(`PostgreSQL does not write values of codec ${codec}`);
  const text = writing.sql(value, names);
  if (isNullable) return [{ sql: orNull(writing.isQuoted ? `'"' || ${text} || '"'` : text) }];
  const piece = { sql: text, isPromised: true };
  return writing.isQuoted ? [{ fixed: '"' }, piece, { fixed: '"' }] : [piece];
}
