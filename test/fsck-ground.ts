import {
  call,
  fresh,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  sweepAll,
  verified,
  verifyCut,
  wasCut,
} from './harness/cycle.ts';
import type { TestServer } from './harness/server.ts';
import { drained } from './log-ground.ts';

/** A ledger in which everything has happened once: cuts, amendments, a failure with its escalation, re-reviews, edges, ends. */
export async function everyKindOfPhase(server: TestServer): Promise<void> {
  const { marker, reviewer } = server.tokens;
  const docCode = fresh('amended');
  await verified(server, await marked(server, fresh(), { docCode }));
  await verified(
    server,
    await marked(server, fresh(), { docCode, text: sampleText('another').replace('First', 'Changed') }),
  );
  await verified(server);

  const failed = await wasCut(server);
  await server.superuser.query(
    `update public.unit_version set body = body || ' ' where provenance->>'change_set_id' = $1 and version_seq = 1 and provenance->>'local_id' = (
      select min(provenance->>'local_id') from public.unit_version where provenance->>'change_set_id' = $1)`,
    [failed.changeSetId],
  );
  await verifyCut(server, failed);
  await server.superuser.query(
    `update public.unit_version set body = left(body, -1) where provenance->>'change_set_id' = $1 and provenance->>'local_id' = (
      select min(provenance->>'local_id') from public.unit_version where provenance->>'change_set_id' = $1)`,
    [failed.changeSetId],
  );

  const again = await reviewed(server);
  await call(server, reviewer, 'review', {
    idempotencyKey: fresh('again'),
    entryId: again.entryId,
    verdict: 'APPROVE',
    manifestDigest: await manifestOf(server, again.entryId),
    supersedesDecisionId: again.decisionId,
    expiresAt: '2999-01-02T03:04:05.678901Z',
    findings: { note: 'é\u2028"\\', list: [1, 2.5, null, {}], b: { z: 1, a: [] } },
    rationale: 'line\nbreak\ttab',
  });
  await reviewed(server, 'REJECT');
  await reviewed(server, 'DEFER');
  await sweepAll(server);

  const [from, to] = [await marked(server), await marked(server)];
  await call(server, marker, 'declareDependency', {
    idempotencyKey: fresh('edge'),
    fromEntryId: from.entryId,
    toEntryId: to.entryId,
    kind: 'RELATED_TO',
  });
  await marked(server, fresh(), { blockedBy: [from.entryId] });
  await call(server, marker, 'abandon', {
    idempotencyKey: fresh('end'),
    entryId: to.entryId,
    rationale: 'no longer wanted',
  });
  await call(server, marker, 'sweep', { idempotencyKey: fresh('sweep'), limit: 10 });
  await settled(server);
}

/** Everything that was written has its position. */
export async function settled(server: TestServer): Promise<void> {
  if (server.integrator !== null) await drained(server.database, server.integrator);
}
