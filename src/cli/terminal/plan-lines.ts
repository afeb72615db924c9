import type { CutPlan } from '../walk/reading.ts';
import { countedWord } from './report.ts';

const ACTIONS: Readonly<Record<CutPlan['actionCounts'][number]['action'], string>> = {
  BIRTH: 'born',
  VERSION: 'with a next version',
  UNCHANGED: 'unchanged',
  VANISHED: 'vanished',
  EXCLUDED: 'set aside',
};

/** What a reviewer is asked to approve: units, coverage, problems. */
export function planLines({
  actionCounts,
  coverage,
  problems,
  profile,
  manifestDigest,
}: CutPlan): readonly string[] {
  const units = actionCounts
    .filter(({ action }) => action !== 'VANISHED' && action !== 'EXCLUDED')
    .reduce((sum, { count }) => sum + count, 0);
  const actions = actionCounts
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => `${count.toLocaleString('en')} ${ACTIONS[action]}`);
  const { bytes, unitBytes, containerBytes, excludedBytes, complete } = coverage;
  return [
    `Plan     ${countedWord(units, 'unit')} by ${profile ?? 'explicit spans'}: ${actions.join(', ')}`,
    `         coverage ${complete ? 'complete' : 'BROKEN'}: ${groupedDigits(bytes)} bytes = ` +
      `${groupedDigits(unitBytes)} in units + ${groupedDigits(containerBytes)} in headings + ` +
      `${groupedDigits(excludedBytes)} set aside`,
    ...doubtLines(coverage),
    `         ${manifestDigest}`,
    ...(problems.length === 0 ? ['         no problems'] : problems.map(problemLine)),
  ];
}

/** What a complete plan leaves open; nothing where it leaves nothing. */
function doubtLines({
  longUnits,
  excludedTextBytes,
  unmarkedNumbers,
}: CutPlan['coverage']): readonly string[] {
  const doubts = [
    ...(longUnits > 0 ? [`${countedWord(longUnits, 'unit')} longer than a page`] : []),
    ...(excludedTextBytes > 0 ? [`${groupedDigits(excludedTextBytes)} bytes with text set aside`] : []),
    ...(unmarkedNumbers > 0 ? [`${countedWord(unmarkedNumbers, 'numbered line')} that begin no unit`] : []),
  ];
  return doubts.length === 0 ? [] : [`         look at: ${doubts.join(', ')}`];
}

const groupedDigits = (count: number) => count.toLocaleString('en');

function problemLine({ path, code, message, severity }: CutPlan['problems'][number]): string {
  return `         ${severity === 'ERROR' ? 'problem' : 'warning'} at ${path.join('.')}: ${message} (${code})`;
}
