import type { Divergence } from '../../drift/divergence.ts';
import { builder } from '../builder.ts';

export const DivergenceType = builder.objectRef<Divergence>('Divergence').implement({
  description: "A part of the database's shape that isn't as the migrations made it.",
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description: 'What it is: `column`, `policy`, `grant`, `role`, `index` and others.',
    }),
    name: t.exposeString('name', { description: 'Which one of its kind, with what it belongs to.' }),
    expected: t.exposeString('expected', {
      nullable: true,
      description: 'What the migrations made; null where they made none.',
    }),
    found: t.exposeString('found', { nullable: true, description: 'What is there; null where it is gone.' }),
    mend: t.field({
      type: ['String'],
      description: 'The statements that mend it, for the owner or a superuser. Empty where none is known.',
      resolve: ({ mend }) => mend.map(({ statement }) => statement),
    }),
    message: t.exposeString('message', { description: 'All of it, in sentences.' }),
  }),
});
