import type { UnitInclusion } from '../../ledger/inclusion/unit-inclusions.ts';
import { builder } from '../builder.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const UnitInclusionType = builder.objectRef<UnitInclusion>('UnitInclusion').implement({
  description:
    'That a unit stands in an approved manifest: an audit path of RFC 6962 from its record to the digest of the ' +
    'manifest, which its review decision and its change set name.',
  fields: (t) => ({
    leaf: t.field({
      type: 'Base64',
      description:
        'The bytes of its record: canonical JSON with its address, its place in the source and the digests of its ' +
        'text.',
      resolve: ({ leaf }) => base64(leaf),
    }),
    index: t.exposeInt('index', {
      description: 'The place of the leaf; that of the header of the manifest is 0.',
    }),
    size: t.exposeInt('size', { description: 'How many leaves the manifest has, with its header.' }),
    path: t.field({
      type: ['Base64'],
      description: 'The hashes beside the way from the leaf to the root, from below.',
      resolve: ({ path }) => path.map(base64),
    }),
    root: t.expose('root', { type: 'Digest', description: 'The digest that was approved.' }),
  }),
});
