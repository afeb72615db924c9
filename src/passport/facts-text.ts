import type { Deed, Said } from './said.ts';

/** A fact and what it is called. */
export type Line = readonly [name: string, fact: string];

/** What a good passport proves, in one sentence. */
export function verdictOf({ document, verified, mode }: Said): string {
  const rehearsed = mode === 'rehearsal' ? ' It was a rehearsal, by sample persons.' : '';
  return verified.verdict === 'pass'
    ? `This passport is good: ${document.docCode} was cut as it was approved, ` +
        `and the other lane verified it.${rehearsed}`
    : `This passport is good, and it reports a failure: the cut of ${document.docCode} ` +
        `didn't pass its verification and is void.${rehearsed}`;
}

/** The facts of a good passport, for people. */
export function linesOf(said: Said): Line[] {
  const { document, plan, approved, cut, verified, checkpoint } = said;
  return [
    ['Document', document.docCode],
    // Only a short fingerprint vouches for it (docs/reference/formats/passport.md).
    ...(document.title === null ? [] : [['Title, as given', `“${document.title}”`] as const]),
    ['Source', `${document.byteLength} bytes, ${document.sourceDigest}`],
    [
      'Plan',
      `${plan.manifestDigest}, ${countsText(said)}${plan.profile === null ? '' : `, by ${plan.profile}`}`,
    ],
    ['Registered', deedText(said.registered)],
    ['Marked', deedText(said.marked)],
    [
      'Approved',
      `${deedText(approved)}${approved.expiresAt === null ? '' : `; it expires ${secondsText(approved.expiresAt)}`}`,
    ],
    ['Cut', `${deedText(cut)}; signed by DOT-991 with ${cut.keyId}`],
    ['Verified', `${verified.verdict}, ${deedText(verified)}; signed by DOT-992 with ${verified.keyId}`],
    ...(verified.rationale === null ? [] : [['Because', verified.rationale] as const]),
    ...(verified.compensatedBy === null
      ? []
      : [['Compensated', `by change set ${verified.compensatedBy}`] as const]),
    ['Effect', plan.effectDigest],
    ['Change set', said.changeSetId],
    ['Log', `${said.origin}, checkpoint of ${checkpoint.size} positions`],
  ];
}

function countsText({ plan: { counts } }: Said): string {
  const actions = (['birth', 'version', 'unchanged', 'vanished'] as const).filter((name) => counts[name] > 0);
  return [`${counts.records} records`, ...actions.map((name) => `${counts[name]} ${name}`)].join(', ');
}

function deedText({ at, personId, position }: Deed): string {
  return `${secondsText(at)} by person ${personId}, at position ${position}`;
}

/** Seconds are enough for people. */
function secondsText(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
}
