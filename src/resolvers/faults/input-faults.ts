/**
 * What is wrong with an input, place by place, before GraphQL looks at it: a value of another type, a field that is
 * missing or unknown, a null. GraphQL would end the whole request with errors; a verb answers with a refusal.
 */
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import type { InputFault } from './invalid-input.ts';

/** Faults that are listed one by one: of an input, and of a call in a list of calls. */
const MOST_FAULTS = 100;
const MOST_OF_A_CALL = 10;
/** Faults of all calls of a list. Of one that has more, the calls behind are not looked at one by one. */
const MOST_OF_A_LIST = 10_000;

/** A value as it was written: in the variables, or in the operation itself. */
export interface InputForm<V> {
  read(value: V): Shape<V>;
  list(items: readonly V[]): V;
  object(fields: ReadonlyMap<string, V>): V;
  /** What GraphQL says against the value, if it is none of the type. */
  leafFault(type: GraphQLLeafType, value: V): string | null;
  /** Any value of the type. */
  anyLeaf(type: GraphQLLeafType): V;
  /** The value for people, cut short. */
  quote(value: V): string;
}

type Shape<V> =
  /** What it is comes from a variable. */
  | { readonly kind: 'open' }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly items: readonly V[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, V> }
  | { readonly kind: 'leaf' };

export interface Judged<V> {
  /** The same value; where it has faults, with others in their places that GraphQL takes. */
  readonly value: V;
  readonly faults: readonly InputFault[];
}

/** Judges a value of an input's type. */
export function judgeInput<V>(
  form: InputForm<V>,
  type: GraphQLInputType,
  value: V,
  path: readonly string[],
): Judged<V> {
  const judge = new Judge(form);
  const sound = judge.value(type, value, path);
  return { value: sound, faults: judge.faults(path) };
}

/** The one fault of an input that isn't there, with something that GraphQL takes in its place. */
export function absentInput<V>(
  form: InputForm<V>,
  type: GraphQLInputType,
  path: readonly string[],
): Judged<V> {
  return { value: new Judge(form).any(type), faults: [missingField(path)] };
}

class Judge<V> {
  readonly #form: InputForm<V>;
  readonly #most: number;
  readonly #faults: InputFault[] = [];
  readonly #ofCalls: InputFault[] = [];
  #unlisted = 0;

  constructor(form: InputForm<V>, most = MOST_FAULTS) {
    this.#form = form;
    this.#most = most;
  }

  faults(path: readonly string[]): readonly InputFault[] {
    const listed = [...this.#faults, ...this.#ofCalls];
    if (this.#unlisted === 0) return listed;
    const complaint = `There are ${this.#unlisted} more faults`;
    return [...listed, { path, code: 'more-problems', complaint }];
  }

  value(type: GraphQLInputType, value: V, path: readonly string[]): V {
    const shape = this.#form.read(value);
    if (shape.kind === 'open') return value;
    if (isNonNullType(type)) {
      if (shape.kind !== 'null') return this.value(type.ofType, value, path);
      this.#add({ path, code: 'null', complaint: NOT_NULL });
      return this.any(type);
    }
    if (shape.kind === 'null') return value;
    if (isListType(type)) {
      if (shape.kind !== 'list') return this.value(type.ofType, value, path);
      const judge = isCall(type.ofType) ? this.#call.bind(this) : this.value.bind(this);
      return this.#form.list(shape.items.map((item, at) => judge(type.ofType, item, [...path, String(at)])));
    }
    if (isInputObjectType(type)) {
      if (shape.kind === 'object') return this.#object(type, shape.fields, path);
      return this.#misfit(type, path, `must be an object, not ${this.#form.quote(value)}`);
    }
    const fault = this.#form.leafFault(type, value);
    if (fault === null) return value;
    return this.#misfit(type, path, complaintOf(type, fault, this.#form.quote(value)));
  }

  /** A call in a list has an answer of its own. So its faults are counted apart from those of the others. */
  #call(type: GraphQLInputType, value: V, path: readonly string[]): V {
    if (this.#ofCalls.length >= MOST_OF_A_LIST) return this.value(type, value, path);
    const judge = new Judge(this.#form, MOST_OF_A_CALL);
    const sound = judge.value(type, value, path);
    this.#ofCalls.push(...judge.faults(path));
    return sound;
  }

  /** Anything that GraphQL takes for the type. */
  any(type: GraphQLInputType): V {
    if (isNonNullType(type)) return this.any(type.ofType);
    if (isListType(type)) return this.#form.list([]);
    if (!isInputObjectType(type)) return this.#form.anyLeaf(type);
    const fields = Object.values(type.getFields());
    const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
    return this.#form.object(new Map(needed.map((field) => [field.name, this.any(field.type)])));
  }

  #misfit(type: GraphQLInputType, path: readonly string[], complaint: string): V {
    this.#add({ path, code: 'invalid', complaint });
    return this.any(type);
  }

  #object(type: GraphQLInputObjectType, given: ReadonlyMap<string, V>, path: readonly string[]): V {
    const sound = new Map<string, V>();
    for (const field of Object.values(type.getFields())) {
      const value = given.get(field.name);
      const place = [...path, field.name];
      if (value !== undefined) sound.set(field.name, this.value(field.type, value, place));
      else if (isRequiredInputField(field)) {
        this.#add(missingField(place));
        sound.set(field.name, this.any(field.type));
      }
    }
    const unknown = [...given.keys()].filter((name) => !sound.has(name));
    for (const name of unknown) this.#add(unknownField(type, [...path, name]));
    return type.isOneOf ? this.#oneOf(type, sound, path, unknown.length > 0) : this.#form.object(sound);
  }

  #oneOf(
    type: GraphQLInputObjectType,
    sound: ReadonlyMap<string, V>,
    path: readonly string[],
    isNamed: boolean,
  ): V {
    const [first, ...others] = sound;
    if (first !== undefined && others.length === 0) {
      const [name, value] = first;
      if (this.#form.read(value).kind !== 'null') return this.#form.object(sound);
      this.#add({ path: [...path, name], code: 'null', complaint: NOT_NULL });
    } else if (first !== undefined || !isNamed) {
      const names = Object.keys(type.getFields()).join(' and ');
      this.#add({ path, code: 'not-one', complaint: `must have exactly one of ${names}` });
    }
    return this.any(type);
  }

  #add(fault: InputFault): void {
    if (this.#faults.length < this.#most) this.#faults.push(fault);
    else this.#unlisted += 1;
  }
}

/** Whether a value is a call of a verb: it has a key of its own. */
function isCall(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  return isInputObjectType(named) && 'idempotencyKey' in named.getFields();
}

function missingField(path: readonly string[]): InputFault {
  return { path, code: 'field-missing', complaint: 'must be given' };
}

function unknownField(type: GraphQLInputObjectType, path: readonly string[]): InputFault {
  const known = Object.keys(type.getFields()).join(', ');
  return { path, code: 'field-unknown', complaint: `is no field of ${type.name}, which has ${known}` };
}

const NOT_NULL = 'must not be null';
const COMPLAINTS: Readonly<Record<string, string>> = {
  Int: 'must be a whole number from -2147483648 to 2147483647',
  Float: 'must be a number',
  String: 'must be a string',
  ID: 'must be a string',
  Boolean: 'must be true or false',
};

function complaintOf(type: GraphQLLeafType, fault: string, quote: string): string {
  const known = isEnumType(type)
    ? `must be one of ${type
        .getValues()
        .map(({ name }) => name)
        .join(', ')}`
    : COMPLAINTS[getNamedType(type).name];
  return known === undefined ? fault : `${known}, not ${quote}`;
}
