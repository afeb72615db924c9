import type { Incarnation as Span } from '../log/setback/incarnations.ts';
import { builder } from './builder.ts';

export const IncarnationType = builder.objectRef<Span>('Incarnation').implement({
  description:
    'A span of the log under one name. Another begins where a database that was set back goes on, once ' +
    'both lanes have accepted it.',
  fields: (t) => ({
    origin: t.exposeString('origin', {
      description: 'As heads name it: `cutter/` and the incarnation.',
    }),
    from: t.field({
      type: 'Position',
      description: 'Its first position.',
      resolve: ({ from }) => String(from),
    }),
    until: t.field({
      type: 'Position',
      nullable: true,
      description:
        'The position from which the log goes on under the next name: heads of this one are valid for no ' +
        'more positions. Null for the present one.',
      resolve: ({ until }) => (until === null ? null : String(until)),
    }),
  }),
});
