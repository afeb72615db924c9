import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { resolveProfile } from '../../document/profiles.ts';
import { boundedProblems } from '../../document/spans.ts';
import type { CutSpec, DocumentPlan, VocabularyTerm } from '../../document/types.ts';
import { vocabularyDigest } from '../../document/vocabulary.ts';
import { CoverageBroken, InvalidInput } from '../../law/refusals.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import type { SourceMeta } from '../envelope/reading.ts';
import { addressProblems, type holders } from './plan-addresses.ts';
import { planApart } from './plan-apart.ts';
import type { PlanCache } from './plan-cache.ts';

interface Planning {
  readonly connection: Pick<CommonQueryMethods, 'one' | 'any'>;
  readonly plans: PlanCache;
}

/** A specification whose profile names its version, so that a later version never changes what was marked. */
export function resolvedSpec(spec: CutSpec): CutSpec {
  if (!('profile' in spec)) return { units: spec.units.map((span) => plainSpan(span)) };
  const found = resolveProfile(spec.profile);
  if ('problem' in found) {
    throw new InvalidInput(found.problem.message, [
      { ...found.problem, path: ['input', ...found.problem.path] },
    ]);
  }
  return { profile: `${found.profile.name}@${found.profile.version}` };
}

/** Null where a caller left a field out: what is hashed and stored has one form. */
function plainSpan(span: Extract<CutSpec, { units: unknown }>['units'][number]) {
  return {
    localId: span.localId,
    start: span.start,
    end: span.end,
    kind: span.kind,
    sectionType: span.sectionType,
    address: span.address,
    parentLocalId: span.parentLocalId ?? null,
    title: span.title ?? null,
    excludedBecause: span.excludedBecause ?? null,
  };
}

const contentRow = z.object({ content: z.instanceof(Buffer) });

/** What a plan is made of, beside the source's bytes. */
export interface Planned {
  readonly source: SourceMeta;
  readonly spec: CutSpec;
  readonly vocabulary: readonly VocabularyTerm[];
  /** Units of other documents at addresses of this one, as `foreignHolders` reads them. */
  readonly held: z.infer<typeof holders>;
}

/**
 * The plan of a registered source by which MARK, REVIEW and CUT are judged: with what its content is recognised as, and
 * with the addresses that belong to others. The bytes are read only if the cache doesn't have the same plan.
 */
export async function planFor(
  tx: Planning,
  { source, spec, vocabulary, held }: Planned,
): Promise<DocumentPlan> {
  const plan = await ownPlanFor(tx, source, spec, vocabulary);
  const foreign = plan.foreign === null ? [] : [plan.foreign];
  const addresses = await addressProblems(tx.connection, source, spec, plan, held);
  return foreign.length + addresses.length === 0
    ? plan
    : { ...plan, problems: boundedProblems([...foreign, ...addresses, ...plan.problems]) };
}

async function ownPlanFor(
  tx: Planning,
  source: SourceMeta,
  spec: CutSpec,
  vocabulary: readonly VocabularyTerm[],
): Promise<DocumentPlan> {
  const key = planKey(source.sha256, source.doc_code, spec, vocabulary);
  const known = tx.plans.get(key);
  if (known !== undefined) return known;
  const { content } = await tx.connection.one(sql.prepared('plan.content', contentRow)`
    /* plan.content */ select s.content from cutter_source.source s where s.source_id = ${source.source_id}::uuid`);
  return planBytes(tx.plans, content, source.doc_code, spec, vocabulary);
}

/** The plan of bytes that were just read: they are hashed again, and a cached plan is used only for exactly those. */
export async function planBytes(
  plans: PlanCache,
  bytes: Uint8Array,
  docCode: string,
  spec: CutSpec,
  vocabulary: readonly VocabularyTerm[],
): Promise<DocumentPlan> {
  const key = planKey(digestOf(bytes), docCode, spec, vocabulary);
  const known = plans.get(key);
  if (known !== undefined) return known;
  const plan = await planApart({ bytes, docCode, spec, vocabulary });
  plans.set(key, plan);
  return plan;
}

function planKey(
  digest: string,
  docCode: string,
  spec: CutSpec,
  vocabulary: readonly VocabularyTerm[],
): string {
  return canonicalJson([digest, docCode, spec as unknown as PlainJson, vocabularyDigest(vocabulary)]);
}

/** Refuses a plan that has any problem: what isn't covered wholly is never cut. */
export function refuseBroken(plan: DocumentPlan): void {
  if (plan.problems.length === 0) return;
  const first = plan.problems[0]?.message;
  const more = plan.problems.length > 1 ? ` (and ${plan.problems.length - 1} more)` : '';
  throw new CoverageBroken(`This plan can't be cut: ${first}${more}`, plan.problems);
}
