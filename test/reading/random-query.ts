import {
  type GraphQLField,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { schema } from '../../src/resolvers/index.ts';
import type { Seeded } from '../harness/seeded.ts';

/** Values that arguments are given, by the argument's name; as GraphQL literals. */
export type Known = ReadonlyMap<string, readonly string[]>;

export interface RandomQuery {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const EVIDENCE = /Evidence$/;

/** Which root fields can be asked: those that read the ledger's rows. */
export const ROOTS: readonly string[] = Object.values(schema.getQueryType()!.getFields())
  .filter(({ extensions }) => extensions['readWhole'] === true)
  .map(({ name }) => name);

/**
 * A query of any shape of the fields that are read whole: aliases, fragments, directives, type names, pages within
 * pages, with cursors where some are known.
 */
export function randomQuery(random: Seeded, known: Known): RandomQuery {
  return new Writer(random, known).query();
}

class Writer {
  readonly #random: Seeded;
  readonly #known: Known;
  readonly #fragments: string[] = [];
  readonly #isPlain: boolean;
  #aliases = 0;

  constructor(random: Seeded, known: Known) {
    this.#random = random;
    this.#known = known;
    // Values that the database doesn't write make a root field be read otherwise, so most queries have none.
    this.#isPlain = !this.#one(8);
  }

  query(): RandomQuery {
    const fields = schema.getQueryType()!.getFields();
    const roots = Array.from({ length: this.#random.between(1, 2) }, () => {
      const field = fields[this.#random.pick(ROOTS)]!;
      return this.#field(`r${this.#aliases++}: `, field, 3);
    });
    const operation = `query ($yes: Boolean!, $no: Boolean!, $few: Int) { ${roots.join(' ')} used: entries(first: $few) { nodes { __typename @skip(if: $no) @include(if: $yes) } } }`;
    return {
      query: [operation, ...this.#fragments].join('\n'),
      variables: { yes: true, no: false, few: this.#random.between(1, 3) },
    };
  }

  /** Whether one of so many. */
  #one(of: number): boolean {
    return this.#random.between(1, of) === 1;
  }

  #field(alias: string, field: GraphQLField<unknown, unknown>, depth: number): string {
    const below = this.#below(field.type, depth);
    return `${alias}${field.name}${this.#arguments(field)}${this.#directives()}${below}`;
  }

  #directives(): string {
    if (!this.#one(12)) return '';
    return this.#random.pick([
      ' @include(if: $yes)',
      ' @skip(if: $no)',
      ' @skip(if: true)',
      ' @include(if: $no)',
    ]);
  }

  #below(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    if (isLeafType(named)) return '';
    if (isAbstractType(named)) {
      // Of one type: fields of one name may have other types in others.
      const type = this.#random.pick(schema.getPossibleTypes(named));
      return `{ __typename id ... on ${type.name} ${this.#below(type, depth)} }`;
    }
    if (!isObjectType(named)) throw new Error('A type without fields');
    const isWrapper = /(Connection|Edge|PageInfo)$/.test(named.name);
    const fields = Object.values(named.getFields()).filter((field) => this.#isTaken(field, depth, isWrapper));
    const texts = fields.map((field) => this.#field(this.#alias(), field, isWrapper ? depth : depth - 1));
    if (this.#one(3) || texts.length === 0)
      texts.splice(this.#random.between(0, texts.length), 0, '__typename');
    const at = this.#random.between(0, texts.length);
    if (at < texts.length && this.#one(4)) texts.push(this.#fragment(named.name, texts.splice(at)));
    return `{ ${texts.join(' ')} }`;
  }

  #isTaken(field: GraphQLField<unknown, unknown>, depth: number, isWrapper: boolean): boolean {
    const named = getNamedType(field.type);
    if (this.#isPlain && (EVIDENCE.test(named.name) || named.name === 'JSON')) return false;
    // Of the bytes of sources an answer has few.
    if (field.name === 'base64' || (field.name === 'text' && !this.#one(20))) return false;
    if (isWrapper) return !this.#one(4);
    return isLeafType(named) ? this.#one(3) : depth > 0 && this.#one(5);
  }

  #alias(): string {
    return this.#one(8)
      ? `${this.#random.pick(['__proto__', 'constructor', 'a', 'ALIAS'])}_${this.#aliases++}: `
      : '';
  }

  #fragment(type: string, texts: readonly string[]): string {
    const selection = `on ${type} { ${texts.join(' ')} }`;
    if (this.#one(2)) return `... ${selection}`;
    const name = `f${this.#fragments.length}_${this.#aliases++}`;
    this.#fragments.push(`fragment ${name} ${selection}`);
    return `...${name}`;
  }

  #arguments({ args }: GraphQLField<unknown, unknown>): string {
    const size = this.#one(3) ? 'last' : 'first';
    const given = args.flatMap(({ name, type }) => {
      if (name === 'first' || name === 'last')
        return name === size ? [`${name}: ${this.#one(9) ? '$few' : this.#random.between(1, 4)}`] : [];
      if (name === 'sort' && isEnumType(type))
        return this.#one(2) ? [] : [`sort: ${this.#random.pick(type.getValues()).name}`];
      if (name === 'order')
        return this.#one(2) ? [] : [`order: ${this.#random.pick(['OLDEST_FIRST', 'NEWEST_FIRST'])}`];
      const values = this.#known.get(name === 'before' ? 'after' : name) ?? [];
      const isRequired = String(type).endsWith('!');
      if (values.length === 0 || !(isRequired || this.#one(name === 'after' || name === 'before' ? 6 : 2)))
        return [];
      return [`${name}: ${this.#random.pick(values)}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }
}
