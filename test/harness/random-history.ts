import { call, type Loose, manifestOf, marked } from './cycle.ts';
import type { Seeded } from './seeded.ts';
import type { SampleTokens, TestServer } from './server.ts';

/*
 * A ledger that came about at random through the API: several documents in several versions, reviews and their
 * revisions, failed cuts and their retries, edges, ends, repetitions, and calls that are refused.
 */

/** An entry that the history knows, with what was last done to it. */
interface Known {
  readonly entryId: string;
  /** Whether it waits for its review. */
  isPending: boolean;
  decisionId: string | null;
  /** Of the plan that was approved. */
  manifestDigest: string | null;
  changeSetId: string | null;
  isVerified: boolean;
}

interface Call {
  readonly who: keyof SampleTokens;
  readonly verb: string;
  readonly input: Record<string, unknown>;
}

export const DOCUMENTS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const FIELDS: Readonly<Record<string, string>> = {
  sweep: 'promoted { entryId }',
  review: 'decision { reviewDecisionId }',
  cut: 'changeSet { changeSetId }',
  verify: 'result { verdict escalationRef }',
};

function documentText(name: string, version: number): string {
  const last = version === 3 ? '## Three\n\nNew.\n' : '## Two\n\nAs it was.\n';
  return `---\ntitle: ${name}\n---\n\n# ${name}\n\nOf ${name}.\n\n## One\n\nFirst, ${version}.\n\n${last}`;
}

export class RandomHistory {
  /** How often each verb succeeded and was refused, by name. */
  readonly outcomes = new Map<string, number>();
  readonly #server: TestServer;
  readonly #random: Seeded;
  readonly #known: Known[] = [];
  readonly #done: Call[] = [];
  #keys = 0;

  constructor(server: TestServer, random: Seeded) {
    this.#server = server;
    this.#random = random;
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) await this.#step();
  }

  #step(): Promise<void> {
    const random = this.#random;
    const steps = [
      ...Array(5).fill(() => this.#mark()),
      ...Array(4).fill(() => this.#sweep()),
      ...Array(9).fill(() => this.#review()),
      ...Array(7).fill(() => this.#cut()),
      ...Array(5).fill(() => this.#verify()),
      () => this.#abandon(),
      () => this.#depend(),
      () => this.#repeat(),
    ] as (() => Promise<void>)[];
    return random.pick(steps)();
  }

  #key(verb: string): string {
    this.#keys += 1;
    return `random-${verb}-${this.#keys}`;
  }

  /** A call that may be refused; null where it was. */
  async #call(who: Call['who'], verb: string, input: Record<string, unknown>): Promise<Loose> {
    const answer = await call(this.#server, this.#server.tokens[who], verb, input, FIELDS[verb]);
    const name = `${verb} ${answer.__typename}`;
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1);
    if (!answer.__typename.endsWith('Success')) return null;
    this.#done.push({ who, verb, input });
    return answer;
  }

  async #mark(): Promise<void> {
    const random = this.#random;
    const docCode = random.pick(DOCUMENTS);
    const text = documentText(docCode, random.between(1, 3));
    const before = random.between(0, 6) === 0 ? this.#known.slice(-1).map(({ entryId }) => entryId) : [];
    const key = this.#key('mark');
    const more = before.length === 0 ? {} : { blockedBy: before };
    const { entryId } = await marked(this.#server, key, { docCode, text, ...more });
    this.#known.push(newlyKnown(entryId));
  }

  async #sweep(): Promise<void> {
    const limit = this.#random.between(1, 10);
    const pass = await this.#call('marker', 'sweep', { idempotencyKey: this.#key('sweep'), limit });
    const promoted = new Set(pass?.promoted.map(({ entryId }: { entryId: string }) => entryId));
    for (const entry of this.#known) entry.isPending ||= promoted.has(entry.entryId);
  }

  async #review(): Promise<void> {
    const random = this.#random;
    const entry = this.#mostly(({ isPending }) => isPending);
    if (entry === null) return;
    const verdict = random.pick(['APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'DEFER', 'REJECT']);
    const isStray = random.between(0, 9) === 0;
    const digest = isStray ? null : await manifestOf(this.#server, entry.entryId);
    const answer = await this.#call(isStray ? 'marker' : 'reviewer', 'review', {
      idempotencyKey: this.#key('review'),
      entryId: entry.entryId,
      verdict,
      manifestDigest: digest ?? NO_DIGEST,
      ...(isStray || entry.decisionId === null ? {} : { supersedesDecisionId: entry.decisionId }),
      ...(random.between(0, 2) === 0 ? { expiresAt: '2999-01-02T03:04:05.678901Z' } : {}),
      ...(verdict === 'DEFER' && random.between(0, 1) === 0 ? { notBefore: '2999-01-01T00:00:00Z' } : {}),
    });
    if (answer === null) return;
    entry.decisionId = answer.decision.reviewDecisionId;
    entry.manifestDigest = verdict === 'APPROVE' ? digest : null;
    entry.isPending = false;
  }

  async #cut(): Promise<void> {
    const entry = this.#mostly((one) => one.manifestDigest !== null && one.changeSetId === null);
    if (entry === null) return;
    const answer = await this.#call('executor', 'cut', {
      idempotencyKey: this.#key('cut'),
      entryId: entry.entryId,
      manifestDigest: entry.manifestDigest ?? NO_DIGEST,
    });
    if (answer !== null) entry.changeSetId = answer.changeSet.changeSetId;
  }

  async #verify(): Promise<void> {
    const random = this.#random;
    const cut = this.#mostly(({ changeSetId, isVerified }) => changeSetId !== null && !isVerified);
    if (cut?.changeSetId == null) return;
    const input = { idempotencyKey: this.#key('verify'), changeSetId: cut.changeSetId };
    const verify = () => this.#call('verifier', 'verify', input);
    const answer =
      random.between(0, 4) === 0 ? await whileAltered(this.#server, cut.changeSetId, verify) : await verify();
    cut.isVerified ||= answer !== null;
    const escalation = answer?.result.escalationRef ?? null;
    if (escalation !== null) this.#known.push(newlyKnown(escalation));
  }

  async #abandon(): Promise<void> {
    const entry = this.#entry();
    if (entry === null) return;
    const input = { idempotencyKey: this.#key('abandon'), entryId: entry.entryId, rationale: 'At random.' };
    await this.#call('reviewer', 'abandon', input);
  }

  async #depend(): Promise<void> {
    const [from, to] = [this.#entry(), this.#entry()];
    if (from === null || to === null) return;
    await this.#call('reviewer', 'declareDependency', {
      idempotencyKey: this.#key('edge'),
      fromEntryId: from.entryId,
      toEntryId: to.entryId,
      kind: this.#random.pick(['SUPERSEDES', 'REFINES', 'RELATED_TO']),
    });
  }

  /** Any call once more: it is answered as the first time. */
  async #repeat(): Promise<void> {
    const done = this.#pick(this.#done);
    if (done === null) return;
    const { who, verb, input } = done;
    const answer = await call(this.#server, this.#server.tokens[who], verb, input, FIELDS[verb]);
    if (answer.replayed !== true) throw new Error(`${verb} wasn't repeated: ${JSON.stringify(answer)}`);
  }

  #pick<T>(choices: readonly T[]): T | null {
    return choices.length === 0 ? null : this.#random.pick(choices);
  }

  /** An entry for which a verb makes sense; now and then any other. */
  #mostly(isFit: (entry: Known) => boolean): Known | null {
    return this.#random.between(0, 5) === 0 ? this.#entry() : this.#pick(this.#known.filter(isFit));
  }

  #entry(): Known | null {
    return this.#pick(this.#known);
  }
}

function newlyKnown(entryId: string): Known {
  const nothing = { decisionId: null, manifestDigest: null, changeSetId: null };
  return { entryId, ...nothing, isPending: false, isVerified: false };
}

/** Alters one text of a cut behind the ledger's back for as long as `work` takes. */
async function whileAltered(
  server: TestServer,
  changeSetId: string,
  work: () => Promise<Loose>,
): Promise<Loose> {
  const which = `id = (select id from public.unit_version
    where provenance->>'change_set_id' = '${changeSetId}' order by id limit 1)`;
  await server.superuser.query(`update public.unit_version set body = body || ' ' where ${which}`);
  try {
    return await work();
  } finally {
    await server.superuser.query(`update public.unit_version set body = left(body, -1) where ${which}`);
  }
}
