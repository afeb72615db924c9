import { createHash } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type LiveUnitRow, liveUnits } from '../../../src/ledger/effect/live-units.ts';
import { type TestDatabase, testDatabase } from '../../harness/database.ts';
import { rows, type Values } from '../../harness/rows.ts';
import { type Seeded, seeded, testSeed } from '../../harness/seeded.ts';
import { insertAll, randomIds } from '../random-entries.ts';

interface Cut {
  readonly id: string;
  readonly manifestId: string;
  readonly seq: number;
  readonly isCompensated: boolean;
  /** The addresses that its plan names; it gives a version to some of them. */
  readonly addresses: readonly string[];
}
interface Version {
  readonly id: string;
  readonly seq: number;
  readonly cut: Cut;
}
interface Unit {
  readonly id: string;
  readonly address: string;
  readonly versions: Version[];
}
interface Document {
  readonly code: string;
  readonly cuts: readonly Cut[];
  readonly units: readonly Unit[];
}

function randomDocument(random: Seeded, code: string): Document {
  const id = randomIds(random);
  const units = Array.from({ length: random.between(1, 8) }, (_, at) => ({
    id: id(),
    address: `${code}/u${at}`,
    versions: [] as Version[],
  }));
  const cuts = Array.from({ length: random.between(0, 5) }, (_, at) => {
    const named = units.filter(() => random.between(0, 2) > 0);
    const cut: Cut = {
      id: id(),
      manifestId: id(),
      seq: at + 1,
      isCompensated: random.between(0, 2) === 0,
      addresses: named.map(({ address }) => address),
    };
    for (const unit of named) {
      if (random.between(0, 1) === 0) unit.versions.push({ id: id(), seq: unit.versions.length + 1, cut });
    }
    return cut;
  });
  return { code, cuts, units };
}

/** ledger.md §6: the highest version of a cut that isn't compensated, and what the newest such cut names. */
function liveByLaw({ cuts, units }: Document) {
  const newest = cuts.findLast(({ isCompensated }) => !isCompensated);
  return units
    .map(({ id, address, versions }) => {
      const effective = versions.findLast(({ cut }) => !cut.isCompensated);
      const current = effective ?? versions.at(-1);
      return {
        unit_id: id,
        address,
        version_id: current?.id ?? null,
        version_seq: current?.seq ?? 0,
        highest_seq: versions.length,
        body_sha256: current === undefined ? null : createHash('sha256').update(current.id).digest('hex'),
        trimmed_sha256: current === undefined ? null : createHash('sha256').update(current.id).digest('hex'),
        void: effective === undefined,
        named: newest?.addresses.includes(address) === true,
      };
    })
    .sort(byAddress);
}

const byAddress = (a: { address: string }, b: { address: string }) => (a.address < b.address ? -1 : 1);
const AT = '2026-03-01T09:30:00.000000Z';

async function insertDocuments({ superuser }: TestDatabase, documents: readonly Document[]): Promise<void> {
  const G = 'cutter_governance';
  const cuts = documents.flatMap(({ code, cuts: all }) => all.map((cut) => ({ code, cut })));
  await insertAll(
    superuser,
    `${G}.manifest_envelope`,
    cuts.map(({ cut }) => rows.envelope({ envelope_id: cut.manifestId, created_at: AT })),
  );
  await insertAll(
    superuser,
    `${G}.manifest_unit_block`,
    cuts.flatMap(({ cut }) =>
      cut.addresses.map((proposed_canonical_address) =>
        rows.block(cut.manifestId, { proposed_canonical_address, created_at: AT }),
      ),
    ),
  );
  const made = cuts.map(({ code, cut }) => changeSetsOf(code, cut));
  const signatures = made.map(({ signature }) => signature);
  await insertAll(superuser, `${G}.dot_pair_signature`, signatures);
  await insertAll(
    superuser,
    `${G}.cut_change_set`,
    made.flatMap(({ changeSets }) => changeSets),
  );
  const units = documents.flatMap(({ code, units: all }) => all.map((unit) => ({ code, unit })));
  await insertAll(
    superuser,
    'public.information_unit',
    units.map(({ code, unit }) =>
      rows.unit({
        id: unit.id,
        canonical_address: unit.address,
        doc_code: code,
        created_at: AT,
        updated_at: AT,
      }),
    ),
  );
  await insertAll(
    superuser,
    'public.unit_version',
    units.flatMap(({ unit }) => unit.versions.map((version) => versionRow(unit, version))),
  );
}

function changeSetsOf(code: string, cut: Cut) {
  const signature = rows.signature('DOT-991', { cross_reference_change_set_id: cut.id, emitted_at: AT });
  const of = {
    manifest_id: cut.manifestId,
    emitted_at: AT,
    payload_summary: { doc_code: code, cut_seq: cut.seq },
  };
  const compensation = cut.isCompensated ? [rows.compensation(signature, of)] : [];
  return { signature, changeSets: [rows.changeSet(signature, of), ...compensation] };
}

function versionRow(unit: Unit, { id, seq, cut }: Version): Values {
  return rows.version(unit.id, {
    id,
    version_seq: seq,
    body: id,
    provenance: { change_set_id: cut.id },
    created_at: AT,
    updated_at: AT,
  });
}

test('what is current of each unit is, by SQL, the highest version of a cut that was not compensated', async () => {
  const database = await testDatabase();
  const random = seeded(testSeed());
  const documents = Array.from({ length: 60 }, (_, at) => randomDocument(random, `doc${at}`));
  await insertDocuments(database, documents);
  const exec = database.pools.exec as DatabasePool;
  for (const document of documents) {
    const { units } = await exec.one(
      sql.type(z.object({ units: z.custom<LiveUnitRow[]>() }))`
        select ${liveUnits(sql.fragment`${document.code}`)} as units`,
    );
    const found = units.map(
      ({
        content_hash: _hash,
        title: _title,
        provenance: _of,
        label: _label,
        render_order: _place,
        ...unit
      }) => unit,
    );
    expect(units.every(({ named, render_order }) => named === (render_order !== null))).toBe(true);
    expect(found.sort(byAddress), document.code).toEqual(liveByLaw(document));
  }
});
