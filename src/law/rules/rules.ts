import { type Problem, problemAt } from '../refusals.ts';
import { PRINCIPAL_KINDS, type PrincipalKind, RISK_CLASSES, type RiskClass } from '../values.ts';

/*
 * Who may stand on two sides of an entry, and whose approvals a cut needs. Rules are data: a version of them is a row
 * and a record of the log, and holds for what comes after it. Every judge goes by the rules of an act's position.
 */

/** The sides of an entry: who registered its text or marked it, who reviewed it, who cut it, who verified the cut. */
export const SIDES = ['preparer', 'reviewer', 'executor', 'verifier'] as const;
export type Side = (typeof SIDES)[number];

/** What an approval of a plan of one risk class takes. */
interface Quorum {
  /** How many different persons approve the same manifest. */
  readonly reviewers: number;
  /** Roles of which one of these persons must be, each. */
  readonly roles: readonly string[];
}

export interface Rules {
  readonly format: typeof RULES_FORMAT;
  /** The pairs of sides that no principal, no person and no key is on both of. */
  readonly apart: readonly (readonly [Side, Side])[];
  /** The kinds of principals that may review. */
  readonly reviewerKinds: readonly PrincipalKind[];
  readonly quorum: Readonly<Record<RiskClass, Quorum>>;
  /** The persons of each role, by their ids. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

const RULES_FORMAT = 'cutter-rules/1';

/** Rules, and the number of their version: 0 for those of origin, which no row has. */
export interface NumberedRules {
  readonly version: number;
  readonly rules: Rules;
}

const ONE: Quorum = { reviewers: 1, roles: [] };

/** What held before the log had any rules. No rules are weaker in whom they keep apart. */
export const RULES_OF_ORIGIN: NumberedRules = {
  version: 0,
  rules: {
    format: RULES_FORMAT,
    apart: [
      ['preparer', 'reviewer'],
      ['executor', 'verifier'],
    ],
    reviewerKinds: ['person', 'service'],
    quorum: { standard: ONE, high: ONE },
    roles: {},
  },
};

/** What a ledger begins with: four persons on four sides, and two reviewers where the risk is high. */
export const DEFAULT_RULES: Rules = {
  format: RULES_FORMAT,
  apart: SIDES.flatMap((one, at) => SIDES.slice(at + 1).map((other) => [one, other] as const)),
  reviewerKinds: ['person'],
  quorum: { standard: ONE, high: { reviewers: 2, roles: [] } },
  roles: {},
};

/** Whether the rules keep two sides apart. */
export function areApart({ apart }: Rules, one: Side, other: Side): boolean {
  return apart.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
}

/** Rules, and the position of their record in the log. */
export interface PlacedRules extends NumberedRules {
  /** Null while the record waits for its position: nothing that has one comes after it. */
  readonly position: number | null;
}

/** The rules in force for an act at a position; null: one that waits for its position. */
export function rulesAt(all: readonly PlacedRules[], position: number | null): NumberedRules {
  const before = all.filter((one) => position === null || (one.position !== null && one.position < position));
  return before.toSorted((a, b) => a.version - b.version).at(-1) ?? RULES_OF_ORIGIN;
}

/** The most reviewers that rules may ask for, and the most roles and persons of a role. */
const MOST = { reviewers: 9, roles: 20, persons: 100 };
const ROLE = /^[a-z][a-z0-9-]{0,39}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type ReadRules =
  | { readonly rules: Rules; readonly problems: readonly [] }
  | { readonly rules: null; readonly problems: readonly Problem[] };

/** Reads rules as somebody writes them, strictly. `place` leads to them; each problem names its own place below. */
export function readRules(value: unknown, place: readonly string[]): ReadRules {
  const reader = new RulesReader(place);
  const rules = reader.rules(value);
  const [first, ...others] = reader.problems;
  return first === undefined ? { rules, problems: [] } : { rules: null, problems: [first, ...others] };
}

class RulesReader {
  readonly problems: Problem[] = [];
  readonly #place: readonly string[];

  constructor(place: readonly string[]) {
    this.#place = place;
  }

  rules(value: unknown): Rules {
    const whole = this.#members(value, [], ['format', 'apart', 'reviewerKinds', 'quorum', 'roles']);
    if (whole['format'] !== RULES_FORMAT) this.#fault(['format'], 'format', `"format" is "${RULES_FORMAT}".`);
    const apart = this.#list(whole['apart'], ['apart'], SIDES.length * SIDES.length).map((pair, at) =>
      this.#pair(pair, ['apart', String(at)]),
    );
    const reviewerKinds = this.#list(whole['reviewerKinds'], ['reviewerKinds'], PRINCIPAL_KINDS.length).map(
      (kind, at) => this.#word(kind, ['reviewerKinds', String(at)], PRINCIPAL_KINDS),
    );
    const roles = this.#roles(whole['roles'] ?? {});
    const given = this.#members(whole['quorum'], ['quorum'], RISK_CLASSES);
    const quorum = Object.fromEntries(
      RISK_CLASSES.map((risk) => [risk, this.#quorum(given[risk], ['quorum', risk], roles)]),
    ) as Record<RiskClass, Quorum>;
    const rules: Rules = { format: RULES_FORMAT, apart, reviewerKinds, quorum, roles };
    if (this.problems.length === 0) this.#holdFloor(rules);
    return rules;
  }

  /** Some separations hold whatever the rules say: passports and older programs judge by them. */
  #holdFloor(rules: Rules): void {
    for (const [one, other] of RULES_OF_ORIGIN.rules.apart)
      if (!areApart(rules, one, other))
        this.#fault(['apart'], 'floor', `The ${one} and the ${other} are always apart; add that pair.`);
    if (!rules.reviewerKinds.includes('person'))
      this.#fault(['reviewerKinds'], 'floor', 'Persons may always review; add "person".');
    if (rules.reviewerKinds.includes('agent'))
      this.#fault(['reviewerKinds'], 'floor', 'Agents never review; leave "agent" out.');
    for (const risk of RISK_CLASSES)
      if (rules.quorum[risk].roles.length > rules.quorum[risk].reviewers)
        this.#fault(
          ['quorum', risk, 'reviewers'],
          'too-few',
          'There are more roles than reviewers; ask for as many reviewers at least.',
        );
  }

  #pair(value: unknown, path: readonly string[]): [Side, Side] {
    const sides = this.#list(value, path, 2).map((side, at) =>
      this.#word(side, [...path, String(at)], SIDES),
    );
    const [one, other] = sides;
    if (one === undefined || other === undefined || one === other) {
      this.#fault(path, 'pair', 'A pair names two different sides.');
      return ['preparer', 'reviewer'];
    }
    return SIDES.indexOf(one) < SIDES.indexOf(other) ? [one, other] : [other, one];
  }

  #quorum(value: unknown, path: readonly string[], roles: Rules['roles']): Quorum {
    const given = this.#members(value, path, ['reviewers', 'roles']);
    const count = given['reviewers'];
    const isCount =
      Number.isSafeInteger(count) && (count as number) >= 1 && (count as number) <= MOST.reviewers;
    if (!isCount)
      this.#fault([...path, 'reviewers'], 'count', `A number of reviewers is 1 to ${MOST.reviewers}.`);
    const names = this.#list(given['roles'] ?? [], [...path, 'roles'], MOST.roles).map((role, at) =>
      this.#word(role, [...path, 'roles', String(at)], Object.keys(roles)),
    );
    return { reviewers: isCount ? (count as number) : 1, roles: [...new Set(names)].toSorted() };
  }

  #roles(value: unknown): Rules['roles'] {
    const given = this.#object(value, ['roles']);
    const names = Object.keys(given);
    if (names.length > MOST.roles)
      this.#fault(['roles'], 'too-many', `There are at most ${MOST.roles} roles.`);
    return Object.fromEntries(
      names.slice(0, MOST.roles).map((name) => {
        if (!ROLE.test(name))
          this.#fault(['roles', name], 'name', 'A role has a name of small letters, digits and hyphens.');
        const persons = this.#list(given[name], ['roles', name], MOST.persons);
        if (persons.length === 0) this.#fault(['roles', name], 'empty', 'A role has one person at least.');
        return [name, persons.map((id, at) => this.#id(id, ['roles', name, String(at)]))];
      }),
    );
  }

  #id(value: unknown, path: readonly string[]): string {
    if (typeof value === 'string' && UUID.test(value)) return value;
    this.#fault(path, 'id', 'A person is named by its id, which the query "principals" shows.');
    return 'no id';
  }

  #word<Word extends string>(value: unknown, path: readonly string[], words: readonly Word[]): Word {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const allowed = words.length === 0 ? 'There are none here.' : `These are known: ${words.join(', ')}.`;
    this.#fault(path, 'unknown', `${JSON.stringify(value) ?? 'This'} isn't known. ${allowed}`);
    return words[0] as Word;
  }

  #list(value: unknown, path: readonly string[], most: number): readonly unknown[] {
    if (Array.isArray(value) && value.length <= most) return value;
    this.#fault(path, 'list', `This is a list of at most ${most}.`);
    return [];
  }

  #object(value: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
    this.#fault(path, 'object', 'This is an object.');
    return {};
  }

  /** An object with no other members. */
  #members(value: unknown, path: readonly string[], names: readonly string[]) {
    const given = this.#object(value, path);
    for (const name of Object.keys(given))
      if (!names.includes(name))
        this.#fault([...path, name], 'unknown', `"${name}" isn't known. These are: ${names.join(', ')}.`);
    return given;
  }

  #fault(path: readonly string[], code: string, message: string): void {
    this.problems.push(problemAt([...this.#place, ...path], code, message));
  }
}
