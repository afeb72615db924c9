/** For each field of each mutation: values that it doesn't take. */
import { randomUUID } from 'node:crypto';
import type { Verb } from '../../src/auth/authority.ts';
import { profileBody } from '../harness/registry.ts';

export const longText = (length: number) => 'x'.repeat(length);
const bytes = (...values: number[]) => ({ base64: Buffer.from(values).toString('base64') });
/** What no text column can hold. */
export const UNHOLDABLE = ['a\0b', '\ud800', 'b\udfff', '\udc00\ud800'];
/** What gives a terminal orders, or doesn't read as it is written. */
const UNSHOWABLE = [
  ...UNHOLDABLE,
  'a\u001b[2J',
  'a\u0007',
  'a\u0085',
  'a\u202eb',
  'a\u2066b',
  'a\u200fb',
  'a\u061cb',
];
export const BAD_UUIDS = [
  '',
  'x',
  '00000000-0000-0000-0000-00000000000',
  '00000000-0000-0000-0000-0000000000000',
  '{6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144}',
  '6c0a3f5e7d1b5c1e9b572f4e8a90d144',
  'urn:uuid:6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144',
  '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144\n',
  '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d14g',
  ...UNHOLDABLE,
];
export const BAD_DIGESTS = [
  '',
  'x',
  '0'.repeat(64),
  `sha256:${'0'.repeat(63)}`,
  `sha256:${'0'.repeat(65)}`,
  `sha256:${'A'.repeat(64)}`,
  `SHA256:${'0'.repeat(64)}`,
  `md5:${'0'.repeat(64)}`,
  `sha256:${'0'.repeat(64)}\n`,
];
export const BAD_TIMES = [
  '',
  'now',
  'infinity',
  '2099-02-30T00:00:00Z',
  '2099-13-01T00:00:00Z',
  '2099-00-10T00:00:00Z',
  '2099-01-32T00:00:00Z',
  '2099-01-01',
  '2099-01-01T00:00:00',
  '2099-01-01 00:00:00Z',
  '2099-01-01T24:00:00Z',
  '2099-01-01T23:60:00Z',
  '2099-01-01T23:59:60Z',
  '2099-01-01T00:00Z',
  '2099-01-01T00:00:00.Z',
  '2099-01-01T00:00:00+24:00',
  '2099-01-01T00:00:00+01:60',
  '2099-01-01T00:00:00+0100',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '+12099-01-01T00:00:00Z',
  '-2099-01-01T00:00:00Z',
  '2099-1-1T0:0:0Z',
  '2099-01-01T00:00:00Z\n',
  '４０９９-01-01T00:00:00Z',
];

/** One span over everything, with something about it changed. */
export function spanWith(other: Record<string, unknown>) {
  return {
    units: [
      {
        localId: 'a',
        start: 0,
        end: 9,
        kind: 'section',
        sectionType: 'section',
        address: 'spans/a',
        ...other,
      },
    ],
  };
}

export type BadField = readonly [field: string, values: readonly unknown[], place?: string];

/** What can't be a word of the vocabulary: empty, too long, another spelling, invisible, of another script. */
const BAD_WORDS = [
  '',
  ' ',
  'Law_unit',
  'LAW_UNIT',
  'law unit',
  'law-unit',
  'law__unit',
  '_law',
  'law_',
  '1st',
  'law\u200bunit',
  'l\u0430w_unit',
  'điều',
  'law_unit\n',
  'excluded',
  longText(64),
  ...UNHOLDABLE,
];

const word = (other: Readonly<Record<string, unknown>>) => ({
  termKind: 'UNIT_KIND',
  term: 'law_unit',
  description: 'A unit of a law.',
  ...other,
});

const BAD_NAMES = ['', 'Upper', '-x', 'x-', 'a--b', 'a_b', 'a b', 'ä', '1a', longText(64), ...UNHOLDABLE];
const BAD_REASONS = ['', ' ', 'a\nb', longText(501), ...UNHOLDABLE];
const BAD_REACH: readonly BadField[] = [
  ['entryIds', [[]]],
  ['entryIds', BAD_UUIDS.map((id) => [id]), 'input.entryIds.0'],
  ['docCodes', [[]]],
  ['docCodes', ['', longText(201), ...UNHOLDABLE].map((code) => [code]), 'input.docCodes.0'],
  ['manifestDigest', BAD_DIGESTS],
];

/** For each field of each mutation the values that it doesn't take, and the place that the refusal names. */
export const BAD: Readonly<Record<Verb, readonly BadField[]>> = {
  registerSource: [
    ['docCode', ['', 'Upper', '-x', '.x', 'a b', 'a/b', 'Ä', 'a\u0308', 'a\n', longText(64), ...UNHOLDABLE]],
    ['title', ['', ' ', longText(501), ...UNHOLDABLE]],
    ['mediaType', ['', 'text/html', 'TEXT/MARKDOWN', 'text/markdown; charset=utf-8']],
    [
      'content',
      [
        { text: '' },
        { text: 'a\0b' },
        { base64: '' },
        bytes(0xff),
        bytes(0xfe, 0xff, 0x00, 0x41),
        bytes(0x41, 0xc0, 0x80),
        bytes(0xed, 0xa0, 0x80),
        bytes(0xf4, 0x90, 0x80, 0x80),
        bytes(0x41, 0x00),
        bytes(0xe2, 0x82),
      ],
    ],
    ['content', [{ text: '# \ud800 alone' }, { text: 'end \udfff' }], 'input.content.text'],
    [
      'content',
      ['?', 'YQ', 'YQ=', 'YQ==\n', 'YR==', 'Y Q==', 'YQ===', '-_-_', 'YQ==YQ=='].map((base64) => ({
        base64,
      })),
      'input.content.base64',
    ],
  ],
  mark: [
    ['sourceId', BAD_UUIDS],
    ['signalSource', ['', ' ', longText(201), ...UNHOLDABLE]],
    ['scenarioRef', ['', ' ', longText(201), ...UNHOLDABLE]],
    ['blockedBy', [Array.from({ length: 1001 }, () => randomUUID())]],
    ['blockedBy', BAD_UUIDS.map((id) => [id]), 'input.blockedBy.0'],
    ['blockedBy', [[randomUUID(), 'x']], 'input.blockedBy.1'],
    [
      'cutSpec',
      [
        '',
        'word',
        'Markdown',
        'markdown@',
        'markdown@9',
        'markdown@1@1',
        ' markdown',
        '@1',
        '__proto__',
        'constructor',
        longText(101),
        ...UNHOLDABLE,
      ].map((profile) => ({ profile })),
      'input.cutSpec.profile',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', longText(201)).map((localId) => spanWith({ localId })),
      'input.cutSpec.units.0.localId',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', longText(101)).map((kind) => spanWith({ kind })),
      'input.cutSpec.units.0.kind',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', longText(101)).map((sectionType) => spanWith({ sectionType })),
      'input.cutSpec.units.0.sectionType',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat(longText(1001)).map((address) => spanWith({ address })),
      'input.cutSpec.units.0.address',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat(longText(2001)).map((title) => spanWith({ title })),
      'input.cutSpec.units.0.title',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', longText(201)).map((parentLocalId) => spanWith({ parentLocalId })),
      'input.cutSpec.units.0.parentLocalId',
    ],
    [
      'cutSpec',
      UNHOLDABLE.concat('', longText(201)).map((excludedBecause) => spanWith({ excludedBecause })),
      'input.cutSpec.units.0.excludedBecause',
    ],
  ],
  declareDependency: [
    ['fromEntryId', BAD_UUIDS],
    ['toEntryId', BAD_UUIDS],
  ],
  sweep: [['limit', [0, -1, -2_147_483_648]]],
  review: [
    ['entryId', BAD_UUIDS],
    ['manifestDigest', BAD_DIGESTS],
    ['rationale', ['', ' ', '\u2003', longText(10_001), ...UNHOLDABLE]],
    ['supersedesDecisionId', BAD_UUIDS],
    ['expiresAt', BAD_TIMES],
    ['expiresAt', ['2020-01-01T00:00:00Z', '0001-01-01T00:00:00Z']],
    ['notBefore', [...BAD_TIMES, '2099-01-01T00:00:00Z']],
    ['findings', ['a\0b', '\ud800']],
    ['findings', [{ a: 'x\0' }, { a: '\udfff' }], 'input.findings.a'],
    ['findings', [{ list: [1, { deep: '\ud800' }] }], 'input.findings.list.1.deep'],
    ['findings', [{ 'a\0': 1 }], 'input.findings.a\0'],
  ],
  cut: [
    ['entryId', BAD_UUIDS],
    ['manifestDigest', BAD_DIGESTS],
  ],
  approveCut: [
    ['entryId', BAD_UUIDS],
    ['manifestDigest', BAD_DIGESTS],
    ['expiresAt', BAD_TIMES],
    ['expiresAt', ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z']],
  ],
  revokeCutApproval: [
    ['approvalId', BAD_UUIDS],
    ['reason', BAD_REASONS],
  ],
  verify: [['changeSetId', BAD_UUIDS]],
  abandon: [
    ['entryId', BAD_UUIDS],
    ['rationale', ['', ' ', '\u2003', longText(10_001), ...UNHOLDABLE]],
  ],
  registerVocabulary: [
    ['terms', [[], Array.from({ length: 101 }, (_, at) => word({ term: `word_${at}` }))]],
    ['terms', BAD_WORDS.map((term) => [word({ term })]), 'input.terms.0.term'],
    [
      'terms',
      ['', ' ', 'a\nb', 'a\u0007', 'a\u202eb', longText(501), ...UNHOLDABLE].map((description) => [
        word({ description }),
      ]),
      'input.terms.0.description',
    ],
    ['terms', [0, -1, 1_000_001].map((atMost) => [word({ atMost })]), 'input.terms.0.atMost'],
    ['terms', [[word({ term: 'law_unit' }), word({ term: 'Law_Unit' })]], 'input.terms.1.term'],
  ],
  registerProfile: [
    ['name', ['', 'Upper', '-x', 'x-', 'a--b', 'a_b', 'a b', 'ä', '1a', longText(64), ...UNHOLDABLE]],
    ['version', ['', '0', '01', '1.0', '-1', '1000000', 'one', ' 1', ...UNHOLDABLE]],
    ['body', [[], 'text', 1, true]],
    ['body', [{ ...profileBody(), name: 'another' }], 'input.body.name'],
    ['body', [{ ...profileBody(), unheard: 1 }], 'input.body'],
    ['body', [profileBody({ titleLength: 0 })], 'input.body.titleLength'],
    ['body', [profileBody({ description: 'a\0b and more' })], 'input.body.description'],
  ],
  comment: [
    ['entryId', BAD_UUIDS],
    ['manifestDigest', BAD_DIGESTS],
    ['localId', ['', longText(1_001), ...UNHOLDABLE]],
    ['address', ['', longText(1_001), ...UNHOLDABLE]],
    ['replyTo', BAD_UUIDS],
    ['body', ['', ' ', longText(4_001), ...UNSHOWABLE]],
  ],
  resolveComment: [
    ['entryId', BAD_UUIDS],
    ['commentId', BAD_UUIDS],
    ['note', ['', ' ', longText(4_001), ...UNSHOWABLE]],
  ],
  createPrincipal: [
    ['name', BAD_NAMES],
    [
      'person',
      ['', ' ', 'a\nb', longText(201), ...UNHOLDABLE].map((name) => ({ name })),
      'input.person.name',
    ],
    ['person', BAD_UUIDS.map((personId) => ({ personId })), 'input.person.personId'],
    ['scopes', [[], ['CHANGE_CUT', 'CHANGE_VERIFY']]],
  ],
  updatePrincipal: [
    ['principalId', BAD_UUIDS],
    ['name', BAD_NAMES],
    ['scopes', [[], ['CHANGE_CUT', 'CHANGE_VERIFY']]],
    ['reason', BAD_REASONS],
  ],
  suspendPrincipal: [
    ['principalId', BAD_UUIDS],
    ['reason', BAD_REASONS],
  ],
  issueToken: [
    ['principalId', BAD_UUIDS],
    ['scopes', [[], ['PRINCIPAL_ADMIN']]],
    ...BAD_REACH,
    ['expiresAt', [...BAD_TIMES, '2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']],
  ],
  narrowToken: [
    ['tokenId', BAD_UUIDS],
    ['scopes', [[]]],
    ...BAD_REACH,
    ['expiresAt', [...BAD_TIMES, '2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']],
    ['reason', BAD_REASONS],
  ],
  rotateToken: [
    ['tokenId', BAD_UUIDS],
    ['overlapSeconds', [-1, 86_401]],
    ['expiresAt', [...BAD_TIMES, '2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z']],
  ],
  revokeToken: [
    ['tokenId', BAD_UUIDS],
    ['reason', BAD_REASONS],
  ],
  changeRules: [['reason', BAD_REASONS]],
};
