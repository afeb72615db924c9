/** What the audit keeps of a call's arguments. The schema says it, and what it doesn't name is redacted. */
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLLeafType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { PlainJson } from '../../proof/canonical.ts';
import { isDigest } from '../../proof/digest.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import type { Redaction } from '../../schema/scalars.ts';
import { dateTime } from '../input.ts';

const REDACTED = '[redacted]';
/** What was sent is none of its type: it could be anything. */
const UNFIT = '[unfit]';
/** Members of a list that are shown. */
const MOST_MEMBERS = 20;
const MOST_CHARACTERS = 2_000;

/** GraphQL's own scalars can't carry an extension. */
const BUILT_IN: Readonly<Record<string, Redaction>> = {
  Boolean: 'keep',
  Int: 'keep',
  Float: 'keep',
  String: 'redact',
  ID: 'redact',
};

interface Described {
  readonly type: GraphQLInputType;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** Of a field's argument or an input's field: what it says itself, or else its scalar; undefined where neither does. */
export function redactionOf(
  { extensions }: Pick<Described, 'extensions'>,
  leaf: GraphQLLeafType,
): Redaction | undefined {
  const said =
    extensions['audit'] ?? (isEnumType(leaf) ? 'keep' : (leaf.extensions['audit'] ?? BUILT_IN[leaf.name]));
  return said === 'keep' || said === 'redact' ? said : undefined;
}

/** The arguments of a call without what the audit doesn't keep. */
export function redactArguments(
  field: Pick<GraphQLField<unknown, unknown>, 'args'>,
  args: Readonly<Record<string, unknown>>,
): PlainJson {
  const kept = redactFields(new Map(field.args.map((argument) => [argument.name, argument])), args);
  const { length } = JSON.stringify(kept);
  return length > MOST_CHARACTERS ? { tooLong: length } : kept;
}

function redactFields(
  described: ReadonlyMap<string, Described>,
  given: Readonly<Record<string, unknown>>,
): Record<string, PlainJson> {
  const kept: Record<string, PlainJson> = {};
  for (const [name, value] of Object.entries(given)) {
    const field = described.get(name);
    if (field !== undefined && value !== undefined) kept[name] = redactValue(field, field.type, value);
  }
  return kept;
}

function redactValue(field: Described, type: GraphQLInputType, value: unknown): PlainJson {
  if (value === null || value === undefined) return null;
  if (isNonNullType(type)) return redactValue(field, type.ofType, value);
  if (isListType(type)) {
    if (!Array.isArray(value)) return UNFIT;
    const shown = value.slice(0, MOST_MEMBERS).map((member) => redactValue(field, type.ofType, member));
    return value.length > MOST_MEMBERS ? [...shown, `[${value.length - MOST_MEMBERS} more]`] : shown;
  }
  if (isInputObjectType(type))
    return redactFields(new Map(Object.entries(type.getFields())), value as Record<string, unknown>);
  if (redactionOf(field, type) !== 'keep') return REDACTED;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  return typeof value === 'string' && fits(type, value) ? value : UNFIT;
}

/** Scalars let any string through, so that what is no id at all would be kept as one. */
const FORMS: Readonly<Record<string, (value: string) => boolean>> = {
  UUID: (value) => normalizeUuid(value) !== null,
  Digest: isDigest,
  DateTime: (value) => value.length < 40 && dateTime.safeParse(value).success,
  Position: (value) => /^\d{1,18}$/.test(value),
};

const fits = (type: GraphQLLeafType, value: string): boolean =>
  isEnumType(type) || FORMS[type.name]?.(value) === true;
