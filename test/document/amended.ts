/** A ledger in memory for one document: what a text becomes when it is cut upon what was cut before. */

import { type BaseUnit, baseOfUnits, trimmedText } from '../../src/document/address/base.ts';
import { planDocument } from '../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import type { LedgerUnit } from '../../src/ledger/effect/actions.ts';
import { changesOf, withRenumbered } from '../../src/ledger/plan-diff/plan-changes.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { actionsFor } from '../harness/whole-plan.ts';

/** A unit of the ledger, in every form that a plan asks for. */
export type StoredUnit = LedgerUnit & BaseUnit & { readonly text: string };

const PROFILE = 'markdown@3';
const turn = () => Promise.resolve();

/** Plans a text upon the units that were cut before, and gives what it does and the units that stand after it. */
export async function amend(units: readonly StoredUnit[], text: string, profile = PROFILE) {
  const plan = planDocument({
    bytes: Buffer.from(text),
    docCode: 'd',
    spec: { profile },
    vocabulary: BASE_VOCABULARY,
    base: await baseOfUnits(units.map(baseUnit), turn),
  });
  const known = new Map(units.map((unit) => [unit.address, unit]));
  const done = actionsFor(plan.records, known, plan.format);
  const { actions, vanished } = done;
  const texts = new Map(units.map(({ unitId, text: body }) => [unitId, body]));
  const diff = withRenumbered(changesOf({ plan, actions: done }), ({ unitId }) => texts.get(unitId));
  const now = actions.map(({ record, address, parentAddress, action, versionSeq, live }): StoredUnit => {
    const kept = action === 'unchanged' ? live : null;
    return {
      address,
      unitId: live?.unitId ?? `unit ${address}`,
      versionId: kept?.versionId ?? `version ${versionSeq} ${address}`,
      versionSeq,
      highestSeq: versionSeq,
      textDigest: record.textDigest,
      trimmedDigest: digestOf(trimmedText(record.text)),
      contentHash: record.contentHash,
      kind: record.kind,
      sectionType: record.sectionType,
      sectionCode: record.sectionCode,
      label: record.label,
      parentAddress,
      // Of an older version: order makes none.
      sortOrder: kept?.sortOrder ?? record.sortOrder ?? 0,
      order: record.renderOrder,
      title: record.title,
      text: record.text,
      void: false,
      vanished: false,
    };
  });
  const named = new Set(now.map(({ address }) => address));
  const gone = units
    .filter(({ address }) => !named.has(address))
    .map((unit) => ({ ...unit, order: null, vanished: true }));
  return { plan, actions, vanished, diff, units: [...now, ...gone] };
}

function baseUnit(unit: StoredUnit): BaseUnit {
  const { address, trimmedDigest, contentHash, title, label, sectionCode, parentAddress, order } = unit;
  return {
    ...{ address, trimmedDigest, contentHash, title, label, sectionCode, parentAddress, order },
    void: unit.void,
  };
}

/** The units that stand after these texts were cut, one after the other. */
export async function cutTexts(...texts: readonly string[]): Promise<readonly StoredUnit[]> {
  let units: readonly StoredUnit[] = [];
  for (const text of texts) units = (await amend(units, text)).units;
  return units;
}
