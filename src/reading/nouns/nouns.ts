import { AddressAlias } from './address-alias.ts';
import { AffectedRow } from './affected-row.ts';
import { ChangeSet } from './change-set.ts';
import { Dependency } from './dependency.ts';
import { Entry } from './entry.ts';
import { History } from './history.ts';
import { Manifest } from './manifest.ts';
import type { Noun } from './noun.ts';
import type { NounName } from './noun-name.ts';
import { ReviewDecision } from './review-decision.ts';
import { Signature } from './signature.ts';
import { Sweep } from './sweep.ts';
import { UnitBlock } from './unit-block.ts';
import { VerifyResult } from './verify-result.ts';

/** The twelve nouns by name. */
export const NOUNS: Readonly<Record<NounName, Noun>> = {
  Entry,
  History,
  Dependency,
  Sweep,
  Manifest,
  UnitBlock,
  ReviewDecision,
  ChangeSet,
  AffectedRow,
  VerifyResult,
  Signature,
  AddressAlias,
};
