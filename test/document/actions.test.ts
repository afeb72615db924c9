import { describe, expect, test } from 'vitest';
import type { KnownUnit } from '../../src/document/actions.ts';
import { effectDigest } from '../../src/document/effect.ts';
import { planDocument } from '../../src/document/plan.ts';
import type { PlanRecord } from '../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { actionsFor } from '../harness/whole-plan.ts';

const FORMAT = 'cutter-manifest/2';

function recordsOf(text: string): readonly PlanRecord[] {
  const spec = { profile: 'markdown' };
  return planDocument({ bytes: Buffer.from(text), docCode: 'x', spec, vocabulary: BASE_VOCABULARY }).records;
}

/** The units that stand after a text was cut for the first time, each changed as asked. */
function standing(
  text: string,
  change: (unit: KnownUnit) => Partial<KnownUnit> = () => ({}),
): Map<string, KnownUnit> {
  const units = actionsFor(recordsOf(text), new Map(), FORMAT).actions.map(
    ({ record, address, parentAddress }) => {
      const unit: KnownUnit = {
        ...{
          address,
          parentAddress,
          unitId: `unit ${address}`,
          versionId: `version ${address}`,
          versionSeq: 1,
        },
        ...{
          highestSeq: 1,
          textDigest: record.textDigest,
          kind: record.kind,
          sectionType: record.sectionType,
          void: false,
        },
        ...{
          label: record.label,
          sectionCode: record.sectionCode,
          sortOrder: record.sortOrder!,
          title: record.title,
        },
      };
      return [address, { ...unit, ...change(unit) }] as [string, KnownUnit];
    },
  );
  return new Map(units);
}

const TEXT = '\n# Law\n\n## § 1 One\nA.\n\n## § 2 Two\nB.\n';
const only = (address: string, fields: Partial<KnownUnit>) => (unit: KnownUnit) =>
  unit.address === address ? fields : {};

function actionsOf(text: string, live: Map<string, KnownUnit>) {
  const { actions, vanished } = actionsFor(recordsOf(text), live, FORMAT);
  const short = actions.map(({ address, action, baseVersionSeq, versionSeq }) => [
    address,
    action,
    baseVersionSeq,
    versionSeq,
  ]);
  return { actions: short, vanished: vanished.map(({ address }) => address) };
}

describe('actions', () => {
  test('a first cut gives birth to every unit and container, and to no excluded stretch', () => {
    expect(actionsOf(TEXT, new Map())).toEqual({
      actions: [
        ['x', 'birth', null, 1],
        ['x/p-1', 'birth', null, 1],
        ['x/p-2', 'birth', null, 1],
      ],
      vanished: [],
    });
  });

  test('the same text again leaves every unit unchanged', () => {
    const { actions, vanished } = actionsOf(TEXT, standing(TEXT));
    expect(actions.map(([, action, base, seq]) => [action, base, seq])).toEqual(
      Array(3).fill(['unchanged', 1, 1]),
    );
    expect(vanished).toEqual([]);
  });

  test('an amendment gives a next version to what changed, birth to what is new, and lists what vanished', () => {
    const live = standing(TEXT, only('x/p-1', { versionSeq: 3, highestSeq: 5 }));
    expect(actionsOf('\n# Law\n\n## § 1 One\nA2.\n\n## § 3 New\nC.\n', live)).toEqual({
      actions: [
        ['x', 'unchanged', 1, 1],
        ['x/p-1', 'version', 3, 6],
        ['x/p-3', 'birth', null, 1],
      ],
      vanished: ['x/p-2'],
    });
  });

  const differences: [string, Partial<KnownUnit>][] = [
    ['body', { textDigest: digestOf('## § 1 One\nA. \n\n') }],
    ['kind', { kind: 'article' }],
    ['section type', { sectionType: 'article' }],
    ['section code', { sectionCode: null }],
    ['parent', { parentAddress: null }],
    ['citation', { label: ['§ 9'] }],
    ['title', { title: null }],
  ];
  test.each(differences)(
    'another %s alone is a new version, also where the content hash is equal',
    (_, fields) => {
      expect(actionsOf(TEXT, standing(TEXT, only('x/p-1', fields))).actions[1]).toEqual([
        'x/p-1',
        'version',
        1,
        2,
      ]);
    },
  );

  test('another order makes no version, nor does a citation that an older cut said nothing of', () => {
    const live = standing(TEXT, only('x/p-1', { sortOrder: 7, label: null }));
    expect(actionsOf(TEXT, live).actions[1]).toEqual(['x/p-1', 'unchanged', 1, 1]);
  });

  test('by the first format another order makes a version, and another citation none', () => {
    const actionIn = (fields: Partial<KnownUnit>) =>
      actionsFor(recordsOf(TEXT), standing(TEXT, only('x/p-1', fields)), 'cutter-manifest/1').actions[1]
        ?.action;
    expect([actionIn({ sortOrder: 7 }), actionIn({ label: ['§ 9'] })]).toEqual(['version', 'unchanged']);
  });

  test('a unit of a void cut gets a next version, counting void ones, and is not listed as vanished', () => {
    const live = standing(TEXT, () => ({ void: true, versionSeq: 2, highestSeq: 2 }));
    expect(actionsOf('\n# Law\n\n## § 1 One\nA.\n\n', live)).toEqual({
      actions: [
        ['x', 'version', null, 3],
        ['x/p-1', 'version', null, 3],
      ],
      vanished: [],
    });
  });

  test('a unit that returns after it vanished gets a next version; one that stays away is not listed again', () => {
    const live = standing(TEXT, (unit) => ({ vanished: unit.address !== 'x' }));
    const { actions, vanished } = actionsOf('\n# Law\n\n## § 1 One\nA.\n\n', live);
    expect(actions[1]).toEqual(['x/p-1', 'version', 1, 2]);
    expect(vanished).toEqual([]);
  });
});

describe('the effect digest', () => {
  const effect = {
    action: 'birth',
    versionSeq: 1,
    contentHash: 'sha256:0',
    parentAddress: null,
    sortOrder: 0,
  } as const;

  test('does not depend on the order of the effects, nor on anything else they carry', () => {
    const [a, b] = [
      { ...effect, address: 'x/a', unitId: '1' },
      { ...effect, address: 'x/b', unitId: '2' },
    ];
    expect(effectDigest([b, a])).toBe(effectDigest([{ ...a, unitId: '3' }, b]));
  });

  test('changes with each word of an effect', () => {
    const changes = [
      { action: 'version' },
      { versionSeq: 2 },
      { contentHash: 'x' },
      { parentAddress: 'x' },
      { sortOrder: 1 },
    ] as const;
    const digests = [{}, { address: 'y' }, ...changes].map((change) =>
      effectDigest([{ ...effect, address: 'x', ...change }]),
    );
    expect(new Set(digests).size).toBe(digests.length);
  });

  test('of a compensation is that of the empty list', () => {
    expect(effectDigest([])).toBe(digestOf('[]'));
  });

  test('orders addresses by bytes, as the database does, and not by UTF-16 units', () => {
    const bmp = { ...effect, address: 'x/\uffee' };
    const astral = { ...effect, address: 'x/😀' };
    const text = [bmp, astral].map((e) =>
      JSON.stringify({
        action: e.action,
        address: e.address,
        contentHash: e.contentHash,
        parentAddress: null,
        sortOrder: 0,
        versionSeq: 1,
      }),
    );
    expect(effectDigest([astral, bmp])).toBe(digestOf(`[${text.join(',')}]`));
  });
});
