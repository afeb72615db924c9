/** Every field that may have a tag, by its type. A field that isn't here never has one. */
export const LASTING: Readonly<Record<string, readonly string[]>> = {
  Entry: words(`
    emittedAt entryId evidence id kind logOrdinal position
  `),
  History: words(`
    changeKind changedAt changedBy entry entryId entryVersionAfter entryVersionBefore evidence
    historyId id logOrdinal position
  `),
  Comment: words(`
    address body commentId commentedAt commentedBy entry entryId id logOrdinal manifestDigest
    position replyTo replyToCommentId unitLocalId
  `),
  CommentResolution: words(`
    comment commentId id logOrdinal note position resolutionId resolvedAt resolvedBy
  `),
  Dependency: words(`
    createdAt createdBy dependencyId dependencyKind fromEntry fromEntryId id logOrdinal
    position toEntry toEntryId
  `),
  Sweep: words(`
    batchLimit cursorAfter evidence examinedCount id lastEntry lastEntryId logOrdinal position
    promotedCount sweepId sweptAt sweptBy triggerKind
  `),
  Manifest: words(`
    createdAt createdBy cutChangeSet cutChangeSetRef entry envelopeId escalation escalationRef
    evidence id logOrdinal operationKind position reviewedAt reviewer sourceDocRef status
    supersededBy supersededByEnvelopeId
  `),
  UnitBlock: words(`
    blockRole createdAt decisionBacklogEntry decisionBacklogRef entry envelopeId evidence id
    logOrdinal manifest position proposedAuthority proposedCanonicalAddress renderOrder
    targetUnitId unitLocalId
  `),
  ReviewDecision: words(`
    createdAt crossSignedByDotVerifier cutChangeSet cutChangeSetRef decidedBy decisionAt entry
    escalation escalationRef evidence expiresAt governanceEventKind id logOrdinal manifest
    manifestId manifestUnitLocalId manifestVersion position prior priorReviewDecisionId
    reviewDecisionId reviewScope reviewerClass riskClassAssessment status toolRevision
    unitBlock updatedAt verdict version
  `),
  ChangeSet: words(`
    affectedRowCount changeKind changeSetId compensates compensatesChangeSetId
    decisionBacklogEntryId effectDigest emittedAt emittedBy entry evidence executorSignature
    executorSignatureId executorToolRevision id logOrdinal manifest manifestId manifestVersion
    position reviewDecision reviewDecisionId riskClass rollbackInitiatedBy state
    toolRevisionMatch verifierSignature verifierSignatureId verifierToolRevision
  `),
  AffectedRow: words(`
    affectedRowId changeSet changeSetId effectKind entry evidence id logOrdinal ordinal
    position targetRowId targetTable
  `),
  VerifyResult: words(`
    axis1Status axis2Status canonicalizationRuleUsed changeSet changeSetId checkedRowCount
    effectDigest entry escalation escalationRef evidence executorSignature executorSignatureId
    executorToolRevision id logOrdinal manifest manifestId manifestVersion position prior
    priorVerifyResultId reviewDecision reviewDecisionId rollbackChangeSet
    rollbackChangeSetIdTriggered state toolRevisionMatch verdict verifiedAt verifiedBy
    verifierSignature verifierSignatureId verifierToolRevision verifyKind verifyResultId
  `),
  Signature: words(`
    changeSet crossReferenceChangeSetId crossReferenceVerifyResultId emittedAt entry evidence
    id logOrdinal position prior priorSignatureId revokedAt revokedBy signatureId
    signatureKind signerDotId signerToolRevision validationState verifyResult
  `),
  Source: words(`
    base64 byteLength digest docCode document id logOrdinal mediaType position registeredAt
    registeredBy sourceId text title
  `),
  UnitVersion: words(`
    changeSet changeSetId contentHash entry entryId formatOnly id position text title unit
    unitId unitVersionId versionSeq
  `),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
