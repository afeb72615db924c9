import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Verb } from '../../src/auth/authority.ts';
import {
  call,
  fresh,
  type Loose,
  type Marked,
  manifestOf,
  marked,
  type Reviewed,
  reviewed,
  sampleText,
  sweepAll,
  wasCut,
} from '../harness/cycle.ts';
import { EXAMPLES, type Example, perform, VERBS } from '../harness/examples.ts';
import { rowCounts } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_HUNDREDS_OF_ROUNDS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** `times` calls at once. */
function atOnce<T>(times: number, one: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => one(index)));
}

/** All of `items`, `width` under way at any moment. */
async function inParallel<T, R>(
  width: number,
  items: readonly T[],
  one: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  await atOnce(width, async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await one(items[index]!);
    }
  });
  return results;
}

/** How many answers there are of each kind. */
function kinds(answers: readonly Loose[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of answers) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

async function count(statement: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await server.superuser.query(`select count(*)::int as n from ${statement}`, [...values]);
  return rows[0].n;
}

function cut(made: { entryId: string; manifestDigest: string }, key: string): Promise<Loose> {
  const input = { idempotencyKey: key, entryId: made.entryId, manifestDigest: made.manifestDigest };
  return call(server, server.tokens.executor, 'cut', input, 'changeSet { changeSetId }');
}

function declare(from: string, to: string, kind = 'BLOCKS'): Promise<Loose> {
  const input = { idempotencyKey: fresh('edge'), fromEntryId: from, toEntryId: to, kind };
  return call(server, server.tokens.marker, 'declareDependency', input, 'dependency { dependencyId }');
}

function reReview(made: Reviewed, verdict: string, key: string): Promise<Loose> {
  const input = {
    idempotencyKey: key,
    entryId: made.entryId,
    verdict,
    manifestDigest: made.manifestDigest,
    supersedesDecisionId: made.decisionId,
  };
  return call(server, server.tokens.reviewer, 'review', input, 'decision { reviewDecisionId }');
}

const CUTS = `cutter_governance.cut_change_set where change_kind = 'cut' and decision_backlog_entry_id = $1`;

/** `count` documents brought to `reviewed_approved`, several at a time. */
async function approved(many: number): Promise<Reviewed[]> {
  const entries = await inParallel(8, Array.from({ length: many }), () =>
    marked(server, fresh('small'), { text: `# ${fresh('small text')}\n\nText.\n` }),
  );
  await sweepAll(server);
  return inParallel(8, entries, (entry) => approve(entry));
}

async function approve(entry: Marked): Promise<Reviewed> {
  const manifestDigest = await manifestOf(server, entry.entryId);
  const input = {
    idempotencyKey: `approve:${entry.name}`,
    entryId: entry.entryId,
    verdict: 'APPROVE',
    manifestDigest,
  };
  const answer = await call(server, server.tokens.reviewer, 'review', input, 'decision { reviewDecisionId }');
  return { ...entry, manifestDigest, decisionId: answer.decision.reviewDecisionId };
}

test('cut: 200 cuts of different entries, 16 at once, on an empty ledger all succeed', async () => {
  const entries = await approved(200);
  expect(await count('cutter_governance.cut_change_set')).toBe(0);
  const answers = await inParallel(16, entries, (made) => cut(made, `first:${made.name}`));
  expect(kinds(answers)).toEqual({ CutSuccess: 200 });
  expect(answers.every((answer) => answer.replayed === false)).toBe(true);
  expect(await count(`cutter_governance.decision_backlog_entry where status = 'cut_applied'`)).toBe(200);
  expect(await count('cutter_governance.cut_change_set')).toBe(200);
});

describe('the same call made many times at once', () => {
  test('mark: 100 identical calls make one entry, and all callers get its id', async () => {
    const { sourceId } = await marked(server);
    const key = fresh('hundred');
    const input = { idempotencyKey: key, sourceId, cutSpec: { profile: 'markdown' }, signalSource: 'test' };
    const answers = await atOnce(100, () =>
      call(server, server.tokens.marker, 'mark', input, 'entry { entryId status }'),
    );
    expect(kinds(answers)).toEqual({ MarkSuccess: 100 });
    expect(new Set(answers.map((answer) => answer.entry.entryId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    const { entryId } = answers[0].entry;
    expect(await count('cutter_governance.decision_backlog_entry where entry_id = $1', [entryId])).toBe(1);
    expect(await count('cutter_governance.decision_backlog_history where entry_id = $1', [entryId])).toBe(1);
  });

  test('registerSource: identical calls, and other keys for the same bytes, make one source', async () => {
    const name = fresh('source');
    const content = { text: sampleText(name) };
    const answers = await atOnce(40, (index) =>
      call(
        server,
        server.tokens.marker,
        'registerSource',
        { idempotencyKey: `${name}:${index % 4}`, docCode: name, content },
        'source { sourceId }',
      ),
    );
    expect(kinds(answers)).toEqual({ RegisterSourceSuccess: 40 });
    expect(new Set(answers.map((answer) => answer.source.sourceId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await count('cutter_source.source where doc_code = $1', [name])).toBe(1);
  });

  test('cut: 50 calls with one key make one change set, and all callers get it', async () => {
    const made = await reviewed(server);
    const answers = await atOnce(50, () => cut(made, `cut:${made.name}`));
    expect(kinds(answers)).toEqual({ CutSuccess: 50 });
    expect(new Set(answers.map((answer) => answer.changeSet.changeSetId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(await count(CUTS, [made.entryId])).toBe(1);
  });

  test('verify: 20 calls, with one key or with others, make one result', async () => {
    const made = await wasCut(server);
    const answers = await atOnce(20, (index) =>
      call(
        server,
        server.tokens.verifier,
        'verify',
        { idempotencyKey: `${made.name}:${index % 2}`, changeSetId: made.changeSetId },
        'result { verifyResultId verdict }',
      ),
    );
    const passed = answers.filter((answer) => answer.__typename === 'VerifySuccess');
    expect(new Set(passed.map((answer) => answer.result.verifyResultId)).size).toBe(1);
    expect(passed.filter((answer) => !answer.replayed)).toHaveLength(1);
    expect(kinds(answers)).toEqual({ VerifySuccess: 10, IllegalTransition: 10 });
    expect(await count('cutter_governance.verify_result where change_set_id = $1', [made.changeSetId])).toBe(
      1,
    );
  });

  test('sweep: 20 calls with one key are one pass, and all callers get its answer', async () => {
    const { entryId } = await marked(server);
    const key = fresh('pass');
    const answers = await atOnce(20, () =>
      call(
        server,
        server.tokens.marker,
        'sweep',
        { idempotencyKey: key, limit: 1000 },
        'examined promoted { entryId }',
      ),
    );
    expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
    for (const answer of answers) expect(answer.promoted).toContainEqual({ entryId });
    const swept = 'cutter_governance.decision_backlog_history where entry_id = $1 and change_kind = $2';
    expect(await count(swept, [entryId, 'sweep_promote'])).toBe(1);
  });

  test('abandon: many calls end an entry once', async () => {
    const { entryId } = await marked(server);
    const key = fresh('end');
    const answers = await atOnce(20, (index) =>
      call(server, server.tokens.marker, 'abandon', {
        idempotencyKey: `${key}:${index % 2}`,
        entryId,
        rationale: 'Twice.',
      }),
    );
    expect(kinds(answers)).toEqual({ AbandonSuccess: 10, IllegalTransition: 10 });
    expect(answers.filter((answer) => answer.replayed === false)).toHaveLength(1);
  });
});

describe('one key, two contents, at once: one is written, the other is an IdempotencyConflict', () => {
  /** Two calls of a verb that share their key and nothing else. */
  const TWO: Readonly<Record<Verb, () => Promise<readonly [Example, Example]>>> = {
    registerSource: () => twice('registerSource'),
    mark: () => twice('mark'),
    declareDependency: () => twice('declareDependency'),
    async sweep() {
      const example = await EXAMPLES.sweep(server);
      return [example, { ...example, input: { ...example.input, limit: 3 } }];
    },
    review: () => twice('review'),
    cut: () => twice('cut'),
    verify: () => twice('verify'),
    abandon: () => twice('abandon'),
    registerVocabulary: () => twice('registerVocabulary'),
    registerProfile: () => twice('registerProfile'),
    comment: () => twice('comment'),
    resolveComment: () => twice('resolveComment'),
    createPrincipal: () => twice('createPrincipal'),
    updatePrincipal: () => twice('updatePrincipal'),
    suspendPrincipal: () => twice('suspendPrincipal'),
    issueToken: () => twice('issueToken'),
    narrowToken: () => twice('narrowToken'),
    rotateToken: () => twice('rotateToken'),
    revokeToken: () => twice('revokeToken'),
    changeRules: () => twice('changeRules'),
    approveCut: () => twice('approveCut'),
    revokeCutApproval: () => twice('revokeCutApproval'),
  };

  async function twice(verb: Verb): Promise<readonly [Example, Example]> {
    return [await EXAMPLES[verb](server), await EXAMPLES[verb](server)];
  }

  test.each(VERBS)('%s', async (verb) => {
    for (let round = 0; round < 3; round += 1) {
      const pair = await TWO[verb]();
      const idempotencyKey = fresh('contested');
      const before = await rowCounts(server);
      const answers = await atOnce(10, (index) => perform(server, pair[index % 2]!, { idempotencyKey }));
      const success = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Success`;
      expect(kinds(answers)).toEqual({ [success]: 5, IdempotencyConflict: 5 });
      expect(answers.filter((answer) => answer.replayed === false)).toHaveLength(1);
      const records = 'cutter_log.pending and log';
      expect((await rowCounts(server))[records]).toBe(before[records]! + 1);
    }
  });
});

describe('different calls about one entry at once', () => {
  test('cut: 50 calls with different keys make one change set; the others are AlreadyCut', async () => {
    const made = await reviewed(server);
    const answers = await atOnce(50, (index) => cut(made, `cut:${made.name}:${index}`));
    const { CutSuccess: won, AlreadyCut: refused = 0, Busy: busy = 0, ...rest } = kinds(answers);
    expect(rest).toEqual({});
    expect(won).toBe(1);
    expect(refused + busy).toBe(49);
    for (const answer of answers.filter((a) => a.__typename === 'Busy')) expect(answer.retryable).toBe(true);
    for (const answer of answers.filter((a) => a.__typename === 'AlreadyCut'))
      expect(answer).toMatchObject({ guard: 'G-CUT-ONCE', retryable: false });
    expect(await count(CUTS, [made.entryId])).toBe(1);
    const born = `public.unit_version v join public.information_unit u on u.id = v.unit_id where u.doc_code = $1`;
    const affected = `cutter_governance.cut_change_set_affected_row a join cutter_governance.cut_change_set c using (change_set_id)
      where c.decision_backlog_entry_id = $1`;
    expect(await count(born, [made.name])).toBe(await count(affected, [made.entryId]));
  });

  test('review: 20 re-reviews that name the live decision leave one live decision; the others are NotLive', async () => {
    const made = await reviewed(server);
    const answers = await atOnce(20, (index) => reReview(made, 'APPROVE', `again:${made.name}:${index}`));
    expect(kinds(answers)).toEqual({ ReviewSuccess: 1, NotLive: 19 });
    const ofEntry = `cutter_governance.review_decision d join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
      where m.source_doc_ref = $1`;
    expect(await count(ofEntry, [made.entryId])).toBe(2);
    expect(await count(`${ofEntry} and d.superseded_by_review_decision_id is null`, [made.entryId])).toBe(1);
  });

  test('review: 20 first reviews leave one live decision', async () => {
    const entry = await marked(server);
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, entry.entryId);
    const answers = await atOnce(20, (index) =>
      call(server, server.tokens.reviewer, 'review', {
        idempotencyKey: `first:${entry.name}:${index}`,
        entryId: entry.entryId,
        verdict: index % 2 === 0 ? 'APPROVE' : 'DEFER',
        manifestDigest,
      }),
    );
    const { ReviewSuccess, ...refused } = kinds(answers);
    expect(ReviewSuccess).toBe(1);
    // After an approval a live decision must be named; after a deferral the entry must be swept first.
    expect(Object.keys(refused).every((name) => ['NotLive', 'IllegalTransition'].includes(name))).toBe(true);
    const live = `cutter_governance.review_decision d join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
      where m.source_doc_ref = $1 and d.superseded_by_review_decision_id is null`;
    expect(await count(live, [entry.entryId])).toBe(1);
  });

  test('cut against a superseding reject: in 200 rounds one of the two happens, never both', async () => {
    const rounds = await approved(200);
    const seen = { cut: 0, rejected: 0 };
    await inParallel(4, rounds, async (made) => {
      const reject = () => reReview(made, 'REJECT', `reject:${made.name}`);
      // Which of them is sent first alternates, so that either may win.
      const cutFirst = seen.cut <= seen.rejected;
      const first = cutFirst ? cut(made, `cut:${made.name}`) : reject();
      const second = cutFirst ? reject() : cut(made, `cut:${made.name}`);
      const [a, b] = await Promise.all([first, second]);
      const [cutting, rejecting] = cutFirst ? [a, b] : [b, a];
      if (cutting.__typename === 'CutSuccess') {
        seen.cut += 1;
        expect(rejecting.__typename).toBe('IllegalTransition');
      } else {
        seen.rejected += 1;
        expect(rejecting.__typename).toBe('ReviewSuccess');
        expect(['IllegalTransition', 'NotApproved']).toContain(cutting.__typename);
      }
    });
    expect(seen.cut + seen.rejected).toBe(200);
    expect(Math.min(seen.cut, seen.rejected)).toBeGreaterThan(0);
    const both = `cutter_governance.cut_change_set c
      join cutter_governance.review_decision d on d.review_decision_id = c.review_decision_id
      where d.superseded_by_review_decision_id is not null`;
    expect(await count(both)).toBe(0);
  });

  test('cut against abandon: one of the two happens', async () => {
    for (const made of await approved(20)) {
      const input = { idempotencyKey: `end:${made.name}`, entryId: made.entryId, rationale: 'Withdrawn.' };
      const [cutting, ending] = await Promise.all([
        cut(made, `cut:${made.name}`),
        call(server, server.tokens.reviewer, 'abandon', input),
      ]);
      const outcome = `${cutting.__typename} ${ending.__typename}`;
      expect(['CutSuccess AlreadyCut', 'IllegalTransition AbandonSuccess']).toContain(outcome);
    }
  });

  test('two cuts of one document at once: the second waits for the verification of the first (G-CUT-DEPS)', async () => {
    for (let round = 0; round < 5; round += 1) {
      const docCode = fresh('shared');
      const pair = await atOnce(2, async (index) =>
        marked(server, fresh('amended'), { docCode, text: `# Same\n\nVersion ${index}.\n` }),
      );
      await sweepAll(server);
      const both = [await approve(pair[0]!), await approve(pair[1]!)];
      const answers = await Promise.all(both.map((made) => cut(made, `cut:${made.name}`)));
      expect(kinds(answers)).toEqual({ CutSuccess: 1, DependencyOpen: 1 });
    }
  });
});

describe('sweeps at once', () => {
  test('never promote one entry twice, and together promote all', async () => {
    await sweepAll(server);
    for (let round = 0; round < 5; round += 1) {
      const entries = await inParallel(8, Array.from({ length: 24 }), () => marked(server));
      const passes = await atOnce(6, () =>
        call(
          server,
          server.tokens.marker,
          'sweep',
          { idempotencyKey: fresh('pass'), limit: 10 },
          'promoted { entryId }',
        ),
      );
      const promoted = passes.flatMap((pass) => pass.promoted.map((entry: Loose) => entry.entryId as string));
      expect(new Set(promoted).size).toBe(promoted.length);
      await sweepAll(server);
      const ids = entries.map((entry) => entry.entryId);
      const swept = `cutter_governance.decision_backlog_history where change_kind = 'sweep_promote' and entry_id = any($1)`;
      expect(await count(swept, [ids])).toBe(24);
    }
  });
});

describe('edges at once', () => {
  test('opposite `blocks` edges, in 50 rounds: one is declared, the other would close a circle', async () => {
    const entries = await inParallel(8, Array.from({ length: 100 }), () => marked(server));
    const pairs = Array.from(
      { length: 50 },
      (_, index) => [entries[2 * index]!, entries[2 * index + 1]!] as const,
    );
    await inParallel(4, pairs, async ([one, other]) => {
      const answers = await Promise.all([
        declare(one.entryId, other.entryId),
        declare(other.entryId, one.entryId),
      ]);
      expect(kinds(answers)).toEqual({ DeclareDependencySuccess: 1, DependencyCycle: 1 });
    });
  });

  test('a ring of five edges at once is never closed', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ring = await atOnce(5, () => marked(server));
      const answers = await atOnce(5, (index) =>
        declare(ring[index]!.entryId, ring[(index + 1) % 5]!.entryId),
      );
      expect(kinds(answers)).toEqual({ DeclareDependencySuccess: 4, DependencyCycle: 1 });
    }
  });

  test('an edge onto an entry being cut: the entry is cut before the edge, or not at all', async () => {
    const [rounds, blockers] = [
      await approved(50),
      await inParallel(8, Array.from({ length: 50 }), () => marked(server)),
    ];
    const seen = { cut: 0, blocked: 0 };
    await inParallel(
      4,
      rounds.map((made, index) => [made, blockers[index]!] as const),
      async ([made, blocker]) => {
        const [cutting, edge] = await Promise.all([
          cut(made, `cut:${made.name}`),
          declare(blocker.entryId, made.entryId),
        ]);
        const outcome = `${cutting.__typename} ${edge.__typename}`;
        expect(['CutSuccess IllegalTransition', 'DependencyOpen DeclareDependencySuccess']).toContain(
          outcome,
        );
        seen[cutting.__typename === 'CutSuccess' ? 'cut' : 'blocked'] += 1;
      },
    );
    expect(seen.cut + seen.blocked).toBe(50);
    const open = `cutter_governance.cut_change_set c
      join cutter_governance.decision_backlog_dependency d on d.to_entry_id = c.decision_backlog_entry_id and d.dependency_kind = 'blocks'
      join cutter_governance.decision_backlog_entry p on p.entry_id = d.from_entry_id
      where p.status <> 'verified_complete'`;
    expect(await count(open)).toBe(0);
  });

  test('marks and edges beside each other never wait for each other in a circle', async () => {
    const entries = await inParallel(8, Array.from({ length: 12 }), () => marked(server));
    const answers = await atOnce(40, (index) =>
      declare(
        entries[index % 12]!.entryId,
        entries[(index * 5 + 1) % 12]!.entryId,
        index % 2 === 0 ? 'RELATED_TO' : 'REFINES',
      ),
    );
    const { DeclareDependencySuccess = 0, InvalidInput = 0, ...rest } = kinds(answers);
    expect(rest).toEqual({});
    expect(DeclareDependencySuccess + InvalidInput).toBe(40);
  });
});

test('after all of this no entry has two cuts, two live decisions, or a history that breaks', async () => {
  const twice = (what: string) => `(select 1 from ${what} having count(*) > 1) t`;
  expect(
    await count(
      twice(`cutter_governance.cut_change_set where change_kind = 'cut' group by decision_backlog_entry_id`),
    ),
  ).toBe(0);
  expect(
    await count(
      twice(`cutter_governance.review_decision d join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
        where d.superseded_by_review_decision_id is null group by m.source_doc_ref`),
    ),
  ).toBe(0);
  const broken = `cutter_governance.decision_backlog_entry e where e.status <> (
    select h.entry_version_after from cutter_governance.decision_backlog_history h
    where h.entry_id = e.entry_id order by h.changed_at desc limit 1)`;
  expect(await count(broken)).toBe(0);
});
