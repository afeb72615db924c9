import { checkHierarchy, checkVocabulary, SourceReconstruction } from '../../document/checks.ts';
import type { VocabularyTerm } from '../../document/types.ts';
import { nextTurn } from '../../threads/turns.ts';
import type { BlockComparison, RowComparison } from './verify-compare.ts';
import type { Expected } from './verify-expected.ts';
import type { Findings } from './verify-findings.ts';

/** Texts that are hashed in one turn of the event loop. */
const TURN_TEXTS = 2_000;

interface ReadBack {
  readonly blocks: BlockComparison;
  readonly rows: RowComparison;
}

/** The three axes over the rows as they were read back. */
export async function noteAxes(
  expected: Expected,
  readBack: ReadBack,
  vocabulary: readonly VocabularyTerm[],
  sourceDigest: string,
  findings: Findings,
): Promise<void> {
  const note = findings.noteOf('axis');
  for (const problem of await reconstructionProblems(expected, readBack, sourceDigest))
    note('A', null, problem.code, problem.message);

  const units = unitsReadBack(expected, readBack.rows);
  await nextTurn();
  for (const problem of checkVocabulary(units, vocabulary))
    note('B', problem.path[1] ?? null, problem.code, problem.message);
  await nextTurn();
  for (const problem of checkHierarchy(units))
    note('C', problem.path[1] ?? null, problem.code, problem.message);
}

/** Axis A. A text that was read back as it is planned is the planned one. */
async function reconstructionProblems({ plan }: Expected, { blocks, rows }: ReadBack, sourceDigest: string) {
  const source = new SourceReconstruction();
  let at = 0;
  for (const [index, record] of plan.records.entries()) {
    if (index % TURN_TEXTS === TURN_TEXTS - 1) await nextTurn();
    const [others, place] = record.address === null ? [blocks.otherTexts, index] : [rows.otherBodies, at++];
    const text = others.has(place) ? others.get(place) : record.text;
    if (typeof text === 'string') source.add(text);
  }
  return source.problems(sourceDigest);
}

/** Kind, part and place of each unit whose version says something of them. */
function unitsReadBack({ plan, actions }: Expected, { otherProvenance: others }: RowComparison) {
  const isFirst = plan.format === 'cutter-manifest/1';
  return actions.actions.flatMap((unit, at) => {
    const { record, address } = unit;
    const other = others.get(at);
    if (other === null) return [];
    const said = other as Readonly<Record<string, never>> | undefined;
    const sortOrder = said === undefined ? record.sortOrder : (said['sort_order'] ?? null);
    return {
      address,
      kind: said === undefined ? record.kind : String(said['kind']),
      sectionType: said === undefined ? record.sectionType : String(said['section_type']),
      unitKey: address,
      parentKey: said === undefined ? unit.parentAddress : (said['parent_address'] ?? null),
      // Order makes no version: that of an older one is that of an older cut.
      sortOrder: isFirst || unit.action !== 'unchanged' ? sortOrder : record.sortOrder,
    };
  });
}
