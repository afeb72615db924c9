import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Base } from '../../document/address/base.ts';
import { profileDigest } from '../../document/profile/judge.ts';
import type { DocumentProfile } from '../../document/profile/schema.ts';
import { resolveProfile } from '../../document/profiles.ts';
import { boundedProblems } from '../../document/spans.ts';
import type { CutSpec, DocumentPlan, ManifestFormat, VocabularyTerm } from '../../document/types.ts';
import { vocabularyDigest } from '../../document/vocabulary.ts';
import { CoverageBroken, InvalidInput } from '../../law/refusals.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import type { SourceMeta } from '../envelope/reading.ts';
import { addressProblems, type holders } from './plan-addresses.ts';
import type { PlanCache } from './plan-cache.ts';

interface Planning {
  readonly connection: Pick<CommonQueryMethods, 'one' | 'any'>;
  readonly plans: PlanCache;
}

/** A specification whose profile names its version, so that a later version never changes what was marked. */
export function resolvedSpec(spec: CutSpec, profiles: readonly DocumentProfile[]): CutSpec {
  if (!('profile' in spec)) return { units: spec.units.map((span) => plainSpan(span)) };
  const found = resolveProfile(spec.profile, spec.granularity, profiles);
  if ('problem' in found) {
    throw new InvalidInput(found.problem.message, [
      { ...found.problem, path: ['input', ...found.problem.path] },
    ]);
  }
  const profile = `${found.profile.name}@${found.profile.version}`;
  return found.granularity === null ? { profile } : { profile, granularity: found.granularity };
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
    // Specifications of before there were these two have neither, and are compared with what is sent again.
    ...(span.quote == null ? {} : { quote: span.quote }),
    ...(span.sha256 == null ? {} : { sha256: span.sha256 }),
  };
}

const contentRow = z.object({ content: z.instanceof(Buffer) });

/** What a plan is made of, beside the source's bytes. */
export interface Planned {
  readonly source: SourceMeta;
  readonly spec: CutSpec;
  readonly vocabulary: readonly VocabularyTerm[];
  /** The registered profile that the specification names, or none. */
  readonly profiles: readonly DocumentProfile[];
  /** Units of other documents at addresses of this one, as `foreignHolders` reads them. */
  readonly held: z.infer<typeof holders>;
  /** What the document has already. */
  readonly base: Base;
  /** Of an approved manifest that is made again. */
  readonly format?: ManifestFormat;
}

/**
 * The plan of a registered source by which MARK, REVIEW and CUT are judged: with what its content is recognised as, and
 * with the addresses that belong to others. The bytes are read only if the cache doesn't have the same plan.
 */
export async function planFor(tx: Planning, planned: Planned): Promise<DocumentPlan> {
  const { source, spec, held } = planned;
  const plan = await ownPlanFor(tx, planned);
  const foreign = plan.foreign === null ? [] : [plan.foreign];
  const addresses = await addressProblems(tx.connection, source, spec, plan, held);
  return foreign.length + addresses.length === 0
    ? plan
    : { ...plan, problems: boundedProblems([...foreign, ...addresses, ...plan.problems]) };
}

async function ownPlanFor(tx: Planning, { source, ...how }: Planned): Promise<DocumentPlan> {
  const key = planKey(source.sha256, source.doc_code, how);
  const known = tx.plans.get(key);
  if (known !== undefined) return known;
  const { content } = await tx.connection.one(sql.prepared('plan.content', contentRow)`
    /* plan.content */ select s.content from cutter_source.source s where s.source_id = ${source.source_id}::uuid`);
  return planBytes(tx.plans, content, source.doc_code, how);
}

/** How bytes are planned. */
type PlannedHow = Pick<Planned, 'spec' | 'vocabulary' | 'profiles' | 'base' | 'format'>;

/** The plan of bytes that were just read: they are hashed again, and a cached plan is used only for exactly those. */
export async function planBytes(
  plans: PlanCache,
  bytes: Uint8Array,
  docCode: string,
  how: PlannedHow,
): Promise<DocumentPlan> {
  const key = planKey(digestOf(bytes), docCode, how);
  const { spec, vocabulary, profiles, base, format } = how;
  return plans.plan(key, { bytes, docCode, spec, vocabulary, profiles, base, format });
}

function planKey(digest: string, docCode: string, how: PlannedHow): string {
  const { spec, vocabulary, profiles, base, format = null } = how;
  const named = profiles.map((profile) => digestOnce(profile, profileDigest));
  const words = digestOnce(vocabulary, vocabularyDigest);
  return canonicalJson([digest, docCode, spec as unknown as PlainJson, words, named, base.digest, format]);
}

const digests = new WeakMap<object, string>();

/** A profile and a vocabulary are read once for as long as they stay the same, so their digests are made once. */
function digestOnce<T extends object>(of: T, digest: (of: T) => string): string {
  const known = digests.get(of) ?? digest(of);
  digests.set(of, known);
  return known;
}

/** Refuses a plan that has any problem: what isn't covered wholly is never cut. */
export function refuseBroken({ problems }: Pick<DocumentPlan, 'problems'>): void {
  if (problems.length === 0) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new CoverageBroken(`This plan can't be cut: ${problems[0]?.message}${more}`, problems);
}

/** Refuses also what only was accepted before: nobody marks or approves it any more. */
export function refuseUnsound({ problems, unsound }: Pick<DocumentPlan, 'problems' | 'unsound'>): void {
  refuseBroken({ problems: [...problems, ...unsound] });
}
