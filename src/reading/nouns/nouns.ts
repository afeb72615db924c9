import { AddressAliasNoun } from './address-alias.ts';
import { AffectedRowNoun } from './affected-row.ts';
import { BacklogNoun, StatusAgeNoun, StatusCountNoun } from './backlog.ts';
import { AuditRowNoun } from './callers/audit-row.ts';
import { PersonNoun } from './callers/person.ts';
import { ChangeSetNoun } from './change-set.ts';
import { CommentNoun, CommentResolutionNoun } from './comment.ts';
import { DependencyNoun } from './dependency.ts';
import { DocumentNoun } from './document.ts';
import { EntryNoun } from './entry.ts';
import { EVIDENCE_NOUNS } from './evidence.ts';
import { HistoryNoun } from './history.ts';
import { ManifestNoun } from './manifest.ts';
import type { Noun } from './noun.ts';
import type { NounName } from './noun-name.ts';
import { PrincipalNoun } from './principal.ts';
import { ReviewDecisionNoun } from './review-decision.ts';
import { SignatureNoun } from './signature.ts';
import { SourceNoun } from './source.ts';
import { SweepNoun } from './sweep.ts';
import { UnitInOrderNoun, UnitNoun } from './unit.ts';
import { UnitBlockNoun } from './unit-block.ts';
import { UnitVersionNoun } from './unit-version.ts';
import { VerifyResultNoun } from './verify-result.ts';

/** The nouns by name. */
export const NOUNS: Readonly<Record<NounName, Noun>> = {
  Entry: EntryNoun,
  History: HistoryNoun,
  Dependency: DependencyNoun,
  Sweep: SweepNoun,
  Manifest: ManifestNoun,
  UnitBlock: UnitBlockNoun,
  ReviewDecision: ReviewDecisionNoun,
  ChangeSet: ChangeSetNoun,
  AffectedRow: AffectedRowNoun,
  VerifyResult: VerifyResultNoun,
  Signature: SignatureNoun,
  AddressAlias: AddressAliasNoun,
  ...EVIDENCE_NOUNS,
  Document: DocumentNoun,
  Source: SourceNoun,
  Unit: UnitNoun,
  UnitInOrder: UnitInOrderNoun,
  UnitVersion: UnitVersionNoun,
  Principal: PrincipalNoun,
  Comment: CommentNoun,
  CommentResolution: CommentResolutionNoun,
  Person: PersonNoun,
  AuditRow: AuditRowNoun,
  Backlog: BacklogNoun,
  StatusCount: StatusCountNoun,
  StatusAge: StatusAgeNoun,
};
