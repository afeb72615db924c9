import { timeTextSql } from '../../text/time-sql.ts';
import type { Codec } from '../nouns/noun.ts';

/** SQL of JSON text: what a response holds of one value. Each answers with text, and never with SQL's null. */

const quoted = (text: string): string => `'"' || ${text} || '"'`;

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

/**
 * How a value of each codec is written. Null: by a hand that isn't PostgreSQL's. It puts spaces into JSON, and can't
 * say of bytes whether they are text.
 */
const WRITTEN: Readonly<Record<Codec, ((value: string) => string) | null>> = {
  uuid: quoted,
  text: escapedText,
  digest: escapedText,
  int: (value) => `${value}::text`,
  bool: (value) => `${value}::text`,
  time: (value) => quoted(timeTextSql(value)),
  position: quoted,
  base64: (value) => quoted(base64(value)),
  json: null,
  utf8: null,
};

/** Whether PostgreSQL writes values of this codec; absent: whatever the database answers. */
export const isWritten = (codec: Codec | undefined): boolean =>
  codec === undefined || WRITTEN[codec] !== null;

/** The value as JSON text; without a codec it is what the database makes of it. */
export function valueText(codec: Codec | undefined, value: string): string {
  const write = codec === undefined ? escapedText : WRITTEN[codec];
  if (write === null) throw new Error(`PostgreSQL does not write values of codec ${codec}`);
  return orNull(write(value));
}
