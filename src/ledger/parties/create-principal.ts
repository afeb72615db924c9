import { sql } from 'slonik';
import { z } from 'zod';
import type { Scope } from '../../auth/authority.ts';
import { scopesInOrder } from '../../auth/sample-parties.ts';
import { partyProblems } from '../../auth/scope-rules.ts';
import { readingOf } from '../../document/registry-words.ts';
import { AlreadyRegistered, InvalidInput, NotFound, problemAt } from '../../law/refusals.ts';
import type { Lane, PrincipalKind } from '../../law/values.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites, insertRows } from '../envelope/writes.ts';
import { PERSON, PRINCIPAL, PRINCIPAL_VERSION } from '../tables/party.ts';
import {
  type KnownPrincipal,
  lockParties,
  lookAtParties,
  type PartyLook,
  recordedParty,
  refuseBothSides,
} from './party-look.ts';
import { type PrincipalAnswer, principalAnswer } from './principal-answer.ts';

/** Who answers: a person that is there, or a new one of this name. */
export type AnswerableInput = { readonly personId: string } | { readonly name: string };

export interface CreatePrincipalInput {
  readonly idempotencyKey: string;
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly person: AnswerableInput;
  readonly scopes: readonly Scope[];
  readonly lane: Lane | null;
}

/**
 * CREATE PRINCIPAL — let a person, a service or an agent act, with a person who answers for it.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    every principal and person
 * Writes   1 principal · 1 principal_version · 1 person, where the person is new
 * Refuses  IdempotencyConflict  the key made another principal, or another administrator used it
 *          InvalidInput         scopes that may not meet, or not in this kind; a lane without its scope; a name that
 *                               reads like another one
 *          NotFound             no such person
 *          AlreadyRegistered    the name of the principal, or of the new person, is taken
 *          SameParty            the person has the other side of a cut
 * Replay   same key, content and administrator: the principal as it is now, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function createPrincipal(
  tx: PartyTx<'createPrincipal'>,
  input: CreatePrincipalInput,
): Promise<PartyDone<PrincipalAnswer>> {
  const at = await lockParties(tx);
  const look = await lookAtParties(tx, tx.ids.version);
  const scopes = scopesInOrder(input.scopes);
  if (look.first !== null) return replayOf(tx, input, scopes, look);
  const problems = partyProblems({ ...input, scopes });
  const [first] = problems;
  if (first !== undefined) throw new InvalidInput(first.message, problems);
  refuseTakenName(look, input.name, ['input', 'name']);
  const person = personFor(tx, input.person, look);
  const principal: KnownPrincipal = {
    principal_id: tx.ids.principal,
    kind: input.kind,
    name: input.name,
    person_id: person.person_id,
    person_name: person.name,
    scopes: [...scopes],
    lane: input.lane,
    mode: tx.caller.mode,
    disabled: false,
    versions: 1,
  };
  refuseBothSides(look, { principalId: tx.ids.principal, personId: person.person_id, scopes });

  const rehearsal = tx.caller.mode === 'rehearsal';
  const { principal_id, kind, name, person_id, lane } = principal;
  const { writes, sent } = composeWrites(at, {
    person: insertRows(
      PERSON,
      person.isNew ? [{ person_id: person.person_id, name: person.name, rehearsal }] : [],
    ),
    principal: insertRows(PRINCIPAL, [{ principal_id, kind, name, person_id, scopes, lane, rehearsal }]),
    version: insertRows(PRINCIPAL_VERSION, [
      {
        version_id: tx.ids.version,
        principal_id,
        version_seq: 1,
        name,
        scopes: [...scopes],
        suspended: false,
        reason: null,
        changed_by: tx.caller.principalId,
      },
    ]),
  });
  // One after the other: each row refers to the one before.
  for (const statement of [sent.person, sent.principal, sent.version])
    await tx.connection.query(sql.type(z.object({}))`/* createPrincipal.write */ ${statement}`);
  return { value: principalAnswer(principal), writes, parties: [recordedParty(principal, scopes, false)] };
}

function replayOf(
  tx: PartyTx<'createPrincipal'>,
  input: CreatePrincipalInput,
  scopes: readonly Scope[],
  look: PartyLook,
): PartyDone<PrincipalAnswer> {
  const { first } = look;
  const made = look.principals.find((one) => one.principal_id === tx.ids.principal);
  if (first === null || made === undefined) throw new Error('The database lost a principal of this key.');
  refuseOther(tx.caller, first.by ?? tx.caller.principalId);
  refuseConflict('created another principal', [
    ['name', first.name, input.name],
    ['kind', made.kind, input.kind],
    [
      'person',
      'personId' in input.person ? made.person_id : made.person_name,
      Object.values(input.person)[0],
    ],
    ['scopes', scopesInOrder(first.scopes as readonly Scope[]), scopes],
    ['lane', made.lane, input.lane],
  ]);
  return { value: principalAnswer(made), writes: null, parties: [] };
}

/** A name is a principal's for good: records and messages have it. */
export function refuseTakenName(
  { principals }: PartyLook,
  name: string,
  path: readonly string[],
  own: string | null = null,
): void {
  const like = principals.find((one) => one.principal_id !== own && readingOf(one.name) === readingOf(name));
  if (like === undefined) return;
  if (like.name === name) {
    const message = `There is a principal "${name}" already (${like.principal_id}). Choose another name.`;
    throw new AlreadyRegistered(message, [problemAt(path, 'name-taken', message)]);
  }
  const message = `The name "${name}" reads like "${like.name}". Choose one that differs more.`;
  throw new InvalidInput(message, [problemAt(path, 'look-alike', message)]);
}

interface Answerable {
  readonly person_id: string;
  readonly name: string;
  readonly isNew: boolean;
}

function personFor(tx: PartyTx<'createPrincipal'>, person: AnswerableInput, look: PartyLook): Answerable {
  const ofMode = look.persons.filter(({ mode }) => mode === tx.caller.mode);
  if ('personId' in person) {
    const found = ofMode.find(({ person_id }) => person_id === person.personId);
    if (found !== undefined) return { ...found, isNew: false };
    const message =
      `There is no person ${person.personId} here. Name one whom "principals { personId personName }" lists, ` +
      'or a new one by "name".';
    throw new NotFound(message, [problemAt(['input', 'person', 'personId'], 'not-found', message)]);
  }
  const like = ofMode.find(({ name }) => nameReading(name) === nameReading(person.name));
  if (like !== undefined) {
    const message =
      `There is a person "${like.name}" already. Name that person as personId ${like.person_id}; ` +
      'where it is another person, tell the two apart in the name.';
    throw new AlreadyRegistered(message, [problemAt(['input', 'person', 'name'], 'person-known', message)]);
  }
  return { person_id: tx.ids.person, name: person.name, isNew: true };
}

/** Two persons by these names would be taken for one. */
function nameReading(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\p{M}\p{P}\s]/gu, '')
    .toLowerCase();
}
