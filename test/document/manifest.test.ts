import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { manifestDigest, manifestHeader, manifestLeaf } from '../../src/document/manifest.ts';
import { planDocument } from '../../src/document/plan.ts';
import type { CutSpec, ManifestFormat, PlanRecord, VocabularyTerm } from '../../src/document/types.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { sha256 } from '../../src/proof/digest.ts';
import { leafHash, verifyInclusion } from '../../src/proof/merkle.ts';
import { inclusionProof } from '../harness/merkle.ts';

const GOLDEN = new URL('../golden/document-manifest.json', import.meta.url);
const ENTRY = '00000000-0000-5000-8000-000000000001';
const TEXT =
  '---\nTitle: Probe\n---\n\n# Probegesetz (PG)\n\nEingang.\n\n## Teil 1\n\n### § 1 Zweck\n\n(1) Größe\tzählt. \r\n\n### § 2 😀\n';
// The vector has a vocabulary of its own, so that new terms don't change it.
const VOCABULARY: readonly VocabularyTerm[] = [
  ...['container', 'section', 'paragraph'].map(
    (term) => ({ termKind: 'unit_kind', term, description: '', atMost: null }) as const,
  ),
  ...['title', 'chapter', 'section', 'lead'].map(
    (term) => ({ termKind: 'section_type', term, description: '', atMost: null }) as const,
  ),
];

function manifestOf(spec: CutSpec, format?: ManifestFormat) {
  const bytes = Buffer.from(TEXT);
  const plan = planDocument({ bytes, docCode: 'pg', spec, vocabulary: VOCABULARY, format });
  expect(plan.problems).toEqual([]);
  const header = manifestHeader(plan, { entryId: ENTRY, docCode: 'pg' });
  return { plan, header, digest: manifestDigest(header, plan.leafHashes) };
}

/** A leaf without its label is one of the first format. */
const leafOf = (record: PlanRecord, format: ManifestFormat) =>
  manifestLeaf(format === 'cutter-manifest/1' ? { ...record, label: undefined } : record);

function vector(spec: CutSpec, format?: ManifestFormat) {
  const { plan, header, digest } = manifestOf(spec, format);
  return {
    header,
    records: plan.records.map((record) => JSON.parse(leafOf(record, plan.format).toString())),
    digest,
  };
}

test('the manifest of a small document is what it was on the first day', () => {
  const units = [
    {
      localId: 'a',
      start: 0,
      end: 22,
      kind: '',
      sectionType: '',
      address: '',
      excludedBecause: 'front matter',
    },
    {
      localId: 'b',
      start: 22,
      end: Buffer.byteLength(TEXT),
      kind: 'section',
      sectionType: 'section',
      address: 'pg/all',
    },
  ];
  const vectors = {
    source: TEXT,
    vocabulary: VOCABULARY,
    byProfile: vector({ profile: 'markdown@1' }),
    byUnits: vector({ units }, 'cutter-manifest/1'),
    byLastingProfile: vector({ profile: 'markdown@3' }),
    byUnitsLabelled: vector({ units }),
  };
  expect([vectors.byProfile.digest, vectors.byUnits.digest]).toEqual([
    'sha256:6b82477022552d16e903d1e198c35f5f1627e06dccebc8a1dc732215fb1bf51c',
    'sha256:20b867f6b1dcc1c2e93e8deded0a0c7f71c72a121c3a68fbab9a0f2a98bdf3a4',
  ]);
  const text = `${JSON.stringify(vectors, null, 2)}\n`;
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});

test('the manifest digest is the RFC 6962 root, header first, so that one record can be proved alone', () => {
  const { plan, header, digest } = manifestOf({ profile: 'markdown' });
  const leaves = [leafHash(canonicalJson(header)), ...plan.leafHashes];
  const index = 5;
  const root = Buffer.from(digest.slice('sha256:'.length), 'hex');
  const claim = {
    leafHash: leafHash(manifestLeaf(plan.records[index - 1]!)),
    index,
    size: leaves.length,
    root,
  };
  expect(verifyInclusion({ ...claim, proof: inclusionProof(leaves, index) })).toBe(true);
  expect(verifyInclusion({ ...claim, index: index - 1, proof: inclusionProof(leaves, index) })).toBe(false);
  expect(plan.leafHashes[0]).toEqual(sha256(Buffer.concat([Buffer.of(0), manifestLeaf(plan.records[0]!)])));
});

test('every field of a record but its text is bound by its leaf', () => {
  const record = manifestOf({ profile: 'markdown' }).plan.records[3]!;
  const leaves = Object.keys(record).map((field) =>
    manifestLeaf({ ...record, [field]: 'changed' } as PlanRecord).toString(),
  );
  expect(new Set([manifestLeaf(record).toString(), ...leaves]).size).toBe(Object.keys(record).length);
});

test('the entry, the document code and every record change the manifest digest', () => {
  const { plan, header, digest } = manifestOf({ profile: 'markdown' });
  const others = [
    manifestDigest({ ...header, entryId: null }, plan.leafHashes),
    manifestDigest({ ...header, docCode: 'other' }, plan.leafHashes),
    manifestDigest(header, plan.leafHashes.slice(1)),
    manifestDigest(header, plan.leafHashes.toReversed()),
  ];
  expect(new Set([digest, ...others]).size).toBe(5);
});

test('a word added to the vocabulary leaves a reviewed plan as it was; a bound changed on a word it uses does not', () => {
  const digestWith = (vocabulary: readonly VocabularyTerm[]) => {
    const plan = planDocument({
      bytes: Buffer.from(TEXT),
      docCode: 'pg',
      spec: { profile: 'markdown' },
      vocabulary,
    });
    return manifestDigest(manifestHeader(plan, { entryId: ENTRY, docCode: 'pg' }), plan.leafHashes);
  };
  const added: VocabularyTerm = { termKind: 'unit_kind', term: 'table', description: '', atMost: null };
  expect(digestWith([...VOCABULARY, added])).toBe(digestWith(VOCABULARY));
  expect(digestWith(VOCABULARY.map((term) => ({ ...term, atMost: 50 })))).not.toBe(digestWith(VOCABULARY));
});

test('a record’s leaf is canonical JSON', () => {
  const { plan } = manifestOf({ profile: 'markdown' });
  for (const record of plan.records) {
    const leaf = manifestLeaf(record).toString();
    expect(leaf).toBe(canonicalJson(JSON.parse(leaf)));
  }
});
