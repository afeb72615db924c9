import type { CallersStatement } from '../../law/statement-to-sign.ts';

/** What a statement says, for the person who is about to sign it. */
export function statementLines(said: CallersStatement): readonly string[] {
  if (said.phase === 'approve') return approvalLines(said);
  const { entryId, changeSetId, manifestDigest, reviewDecisionId, effectDigest, acceptedUntil } = said;
  return [
    ...(said.phase === 'cut' ? cutLines(said) : verdictLines(said)),
    `  entry ${entryId}, change set ${changeSetId}`,
    `  manifest ${manifestDigest}, approved by decision ${reviewDecisionId}`,
    `  effect ${effectDigest}`,
    `  in the name of principal ${said.principalId}, for whom person ${said.personId} answers`,
    `  prepared ${said.preparedAt}, accepted until ${acceptedUntil}, by ${said.toolRevision}`,
  ];
}

function cutLines({
  counts,
  priorSignature,
}: Extract<CallersStatement, { phase: 'cut' }>): readonly string[] {
  const { records, birth, version, unchanged, vanished } = counts;
  return [
    `You sign as executor (DOT-991): this plan of ${records} records is cut.`,
    `  ${birth} new, ${version} changed, ${unchanged} unchanged, ${vanished} vanished`,
    ...(priorSignature === null ? [] : [`  it follows the cut with signature ${priorSignature.signatureId}`]),
  ];
}

function verdictLines({
  verdict,
  axes,
  checkedRows,
}: Extract<CallersStatement, { phase: 'verify' }>): readonly string[] {
  const passed = (axis: string) => (axis === 'pass' ? 'holds' : 'FAILS');
  return [
    `You sign as verifier (DOT-992): this cut ${verdict === 'pass' ? 'PASSES' : 'FAILS, and is compensated'}.`,
    `  no loss ${passed(axes.a)}, vocabulary ${passed(axes.b)}, hierarchy ${passed(axes.c)}; ` +
      `${checkedRows} rows were compared`,
  ];
}

function approvalLines(said: Extract<CallersStatement, { phase: 'approve' }>): readonly string[] {
  return [
    `You approve one cut: its plan has ${said.unitCount} units and headings. You say that it may run, once.`,
    `  entry ${said.entryId}, approval ${said.approvalId}`,
    `  manifest ${said.manifestDigest}`,
    `  source ${said.sourceDigest}`,
    `  effect ${said.effectDigest}`,
    `  vocabulary ${said.vocabularyDigest}`,
    `  into ${said.target}, of schema ${said.schemaDigest}`,
    `  by the program ${said.writerDigest}`,
    `  in the name of principal ${said.principalId}, for whom person ${said.personId} answers`,
    `  prepared ${said.preparedAt}, accepted until ${said.acceptedUntil}; the approval ends ${said.expiresAt}`,
  ];
}
