import type { Session } from '../../auth/session.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import type { ReadinessAnswer } from '../../readiness/entry-readiness.ts';
import type { Readiness } from '../../readiness/readiness.ts';
import { badInput } from '../../reading/bad-input.ts';
import { PhaseEnum, type WAITED_PHASES } from '../../schema/backlog/throughput.ts';
import { builder } from '../../schema/builder.ts';
import { ReadinessType } from '../../schema/checks/readiness.ts';

builder.queryField('readiness', (t) =>
  t.field({
    type: ReadinessType,
    description:
      'What blocks a phase of an entry, and the fewest acts that unblock it, each with who may do it. MARK is asked ' +
      'of a source. Without arguments: what this server and its ledger lack. Scope `ledger:evidence`.',
    args: {
      phase: t.arg({ type: PhaseEnum, description: 'The phase. Left out with everything else.' }),
      entryId: t.arg({ type: 'UUID', description: 'The entry, for every phase but MARK.' }),
      sourceId: t.arg({ type: 'UUID', description: 'The source that is to be marked, for MARK.' }),
    },
    resolve: (_, args, { session, readiness }) => answerReadiness(readiness, session as Session, args),
  }),
);

interface Asked {
  readonly phase?: (typeof WAITED_PHASES)[number] | null | undefined;
  readonly entryId?: string | null | undefined;
  readonly sourceId?: string | null | undefined;
}

async function answerReadiness(
  readiness: Readiness,
  caller: Session,
  { phase, entryId, sourceId }: Asked,
): Promise<ReadinessAnswer> {
  const ids = { entryId: idOf('entryId', entryId), sourceId: idOf('sourceId', sourceId) };
  if (phase == null) {
    if (ids.entryId === null && ids.sourceId === null) return await readiness.ofSystem(caller);
    throw badInput('readiness(phase:)', 'must say which phase is asked about.');
  }
  if (phase === 'mark') {
    if (ids.sourceId !== null && ids.entryId === null) return await readiness.ofSource(caller, ids.sourceId);
    throw badInput(
      'readiness(sourceId:)',
      'must name the source that is to be marked; MARK has no entry yet.',
    );
  }
  if (ids.entryId !== null && ids.sourceId === null)
    return await readiness.ofEntry(caller, phase, ids.entryId);
  throw badInput('readiness(entryId:)', `must name the entry whose ${phase.toUpperCase()} is asked about.`);
}

function idOf(argument: 'entryId' | 'sourceId', given: string | null | undefined): string | null {
  if (given == null) return null;
  const id = normalizeUuid(given);
  if (id !== null) return id;
  throw badInput(`readiness(${argument}:)`, 'must be a UUID: 8-4-4-4-12 hexadecimal digits.');
}
