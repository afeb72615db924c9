import { expect } from 'vitest';
import { call, type Loose } from './cycle.ts';
import type { Actor, KeptState, ReadinessWorld } from './readiness-world.ts';
import type { Seeded } from './seeded.ts';
import type { TestServer } from './server.ts';

/** What is said of a phase of an entry, tried out: its acts by those whom it names, all of them and each one left out. */

export const PHASES = ['SWEEP', 'REVIEW', 'CUT', 'VERIFY'] as const;
export type Phase = (typeof PHASES)[number];

const READINESS = `query ($phase: Phase!, $entryId: UUID!) { readiness(phase: $phase, entryId: $entryId) {
  state isReadyForCaller whoMay { principalId name } whoMayCount doneBy apartFrom
  gaps { kind message entryId }
  acts { by mutation command entryId input missing who { principalId name } whoCount doneBy apartFrom notBefore whilePlan message }
} }`;

interface Ground {
  readonly server: TestServer;
  readonly world: ReadinessWorld;
  readonly kept: KeptState;
  readonly random: Seeded;
}

/** Tokens by which somebody calls. */
type Doer = Pick<Actor, 'personId' | 'tokens'> & { readonly principalId: string };

export class ReadinessTrial {
  readonly #ground: Ground;
  readonly #entryId: string;
  readonly #phase: Phase;

  constructor(ground: Ground, entryId: string, phase: Phase) {
    this.#ground = ground;
    this.#entryId = entryId;
    this.#phase = phase;
  }

  get #verb(): string {
    return this.#phase.toLowerCase();
  }

  /** Gives the state that was found, and how many acts there were. */
  async run(): Promise<{ state: string; acts: number; kinds: readonly string[] }> {
    const { server, kept, world } = this.#ground;
    const { body } = await server.gql(world.asker, READINESS, {
      phase: this.#phase,
      entryId: this.#entryId,
    });
    expect(body.errors).toBeUndefined();
    const found = body.data.readiness;
    const said = `${this.#phase} of ${this.#entryId}: ${JSON.stringify(found, null, 1)}`;
    const able: string[] = [];
    for (const actor of world.actors.values())
      if (await this.#isTaken(actor, this.#verb, await this.#inputOf(this.#verb)))
        able.push(actor.principalId);
    const ready = found.state === 'READY' ? idsOf(found.whoMay) : [];
    expect(able.sort(), `who may now, and what is said: ${said}`).toEqual(ready.sort());
    if (found.state === 'READY' || found.state === 'BLOCKED') {
      expect(found.state === 'READY', said).toBe(found.acts.length === 0);
      expect(found.gaps.length > 0, said).toBe(found.state === 'BLOCKED');
    } else expect(found.acts, said).toEqual([]);
    if (found.state === 'BLOCKED')
      for (const leftOut of [null, ...found.acts.keys()]) {
        await this.#carryOut(found, leftOut, said);
        await kept.bringBack();
      }
    return { state: found.state, acts: found.acts.length, kinds: found.gaps.map(({ kind }: Loose) => kind) };
  }

  /** Does the acts but one; then the phase is possible exactly if none was left out. */
  async #carryOut(found: Loose, leftOut: number | null, said: string): Promise<void> {
    const { world, random } = this.#ground;
    const done: (Doer | null)[] = [];
    const made: (Doer | null)[] = [];
    for (const [at, act] of found.acts.entries()) {
      done.push(null);
      made.push(null);
      const isNeeded = act.whilePlan === null || (await world.planOf(act.entryId)) === act.whilePlan;
      if (at === leftOut && !isNeeded) return;
      if (at === leftOut || !isNeeded) continue;
      const what = `act ${at} without ${leftOut}: ${said}`;
      expect(act.by, what).not.toBe('OPERATOR');
      if (act.by === 'TIME') await this.#passTime(act.entryId);
      else if (act.mutation === 'createPrincipal') made[at] = await this.#create(act);
      else if (act.mutation === 'issueToken') {
        const last =
          act.input.principalId === undefined ? (made[at - 1] ?? null) : this.#known(act.input.principalId);
        made[at] = last === null ? null : await this.#issue(act, last);
      } else {
        const who = this.#doersOf(act, done, made);
        const input = await this.#filled(act);
        if (leftOut === null) {
          expect(who.length, what).toBeGreaterThan(0);
          for (const doer of who)
            expect(await this.#refusal(doer, act.mutation, input, true), what).toBeNull();
        }
        if (who.length === 0) continue;
        const doer = random.pick(who);
        const refused = await this.#refusal(doer, act.mutation, input, false);
        if (leftOut === null) expect(refused, what).toBeNull();
        if (refused === null) done[at] = doer;
      }
    }
    const end = `in the end without ${leftOut}: ${said}`;
    const who = this.#doersOf({ ...found, who: found.whoMay }, done, made);
    const input = await this.#inputOf(this.#verb);
    if (leftOut === null) expect(who.length, end).toBeGreaterThan(0);
    for (const doer of who) {
      const refused = await this.#refusal(doer, this.#verb, input, true);
      if (leftOut === null) expect(refused, end).toBeNull();
      else expect(refused, end).not.toBeNull();
    }
  }

  #doersOf(act: Loose, done: readonly (Doer | null)[], made: readonly (Doer | null)[]): Doer[] {
    const apart = new Set(act.apartFrom.flatMap((at: number) => done[at]?.personId ?? []));
    const doers: Doer[] =
      act.doneBy === null
        ? idsOf(act.who).map((id) => this.#known(id))
        : [made[act.doneBy]].filter((one): one is Doer => one != null);
    return doers.filter(({ personId }) => !apart.has(personId));
  }

  #known(principalId: string): Doer {
    return this.#ground.world.actors.get(principalId) as Doer;
  }

  async #create(act: Loose): Promise<Doer | null> {
    const { world } = this.#ground;
    const name = world.key();
    const input = { ...act.input, name, person: { name: `Person ${name}` } };
    const answer = await this.#byNamed(act, input, 'principal { principalId personId }');
    const { principalId, personId } = answer.principal;
    return { principalId, personId, tokens: [] };
  }

  async #issue(act: Loose, to: Doer): Promise<Doer> {
    const answer = await this.#byNamed(act, { ...act.input, principalId: to.principalId }, 'secret');
    return { ...to, tokens: [answer.secret] };
  }

  /** By somebody whom the act names; each one named is tried first. */
  async #byNamed(act: Loose, input: object, success: string): Promise<Loose> {
    const { server, world, random } = this.#ground;
    const who = idsOf(act.who).map((id) => this.#known(id));
    const given = { ...input, idempotencyKey: world.key() };
    for (const doer of who) expect(await this.#refusal(doer, act.mutation, given, true)).toBeNull();
    const tokens = random.pick(who).tokens;
    for (const token of tokens) {
      const answer = await call(server, token, act.mutation, given, success);
      if (answer.__typename.endsWith('Success')) return answer;
    }
    throw new Error(`${act.mutation} was refused to whom it names.`);
  }

  async #filled(act: Loose): Promise<Record<string, unknown>> {
    const { world } = this.#ground;
    const input: Record<string, unknown> = { idempotencyKey: world.key(), ...act.input };
    for (const field of act.missing) {
      if (field === 'manifestDigest')
        input[field] =
          act.mutation === 'cut'
            ? ((await world.liveDecision(act.entryId))?.digest ?? NO_DIGEST)
            : ((await world.planOf(act.entryId)) ?? NO_DIGEST);
      else if (field === 'changeSetId') input[field] = (await world.changeSetOf(act.entryId)) ?? NO_ID;
      else if (field === 'signalSource' || field === 'rationale') input[field] = 'test';
      else throw new Error(`Nobody knows what ${field} is.`);
    }
    return input;
  }

  /** The input that means exactly this entry as it is. */
  async #inputOf(verb: string): Promise<Record<string, unknown>> {
    const { world } = this.#ground;
    const entryId = this.#entryId;
    const live = await world.liveDecision(entryId);
    switch (verb) {
      case 'sweep':
        return { entryIds: [entryId] };
      case 'review':
        return {
          entryId,
          verdict: 'APPROVE',
          manifestDigest: (await world.planOf(entryId)) ?? NO_DIGEST,
          ...(live === null ? {} : { supersedesDecisionId: live.id }),
        };
      case 'cut':
        return { entryId, manifestDigest: live?.digest ?? NO_DIGEST };
      default:
        return { changeSetId: (await world.changeSetOf(entryId)) ?? NO_ID };
    }
  }

  async #isTaken(doer: Doer, verb: string, input: Record<string, unknown>): Promise<boolean> {
    return (await this.#refusal(doer, verb, input, true)) === null;
  }

  /** Why nobody's token of these lets the call through; null where one does. */
  async #refusal(doer: Doer, verb: string, input: object, dryRun: boolean): Promise<string | null> {
    const { server, world } = this.#ground;
    let why = 'has no token';
    for (const token of doer.tokens) {
      try {
        const answer = await call(server, token, verb, { idempotencyKey: world.key(), ...input, dryRun });
        if (answer.__typename.endsWith('Success')) return null;
        why = `${answer.__typename}: ${answer.message}`;
      } catch (error) {
        // A suspended principal, and a token that has ended, come through no door.
        why = String(error);
      }
    }
    return why;
  }

  /** A time that is waited for comes at once. */
  async #passTime(entryId: string): Promise<void> {
    await this.#ground.server.superuser.query(
      `update cutter_governance.review_decision
        set findings = jsonb_set(findings, '{not_before}', '"2001-01-01T00:00:00.000000Z"')
        where superseded_by_review_decision_id is null and manifest_id in (
          select envelope_id from cutter_governance.manifest_envelope where source_doc_ref = $1)`,
      [entryId],
    );
  }
}

const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const NO_ID = '00000000-0000-4000-8000-000000000000';
const idsOf = (who: Loose[]): string[] => who.map(({ principalId }) => principalId);
