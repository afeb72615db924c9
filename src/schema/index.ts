import '../resolvers/queries/connections.ts';
import '../resolvers/queries/look-ups.ts';
import '../resolvers/queries/who-am-i.ts';
import { guardQueries } from '../resolvers/queries/guard.ts';
import './query.ts';
import './refusals.ts';
import './scalars.ts';
import './written.ts';
import { builder } from './builder.ts';

/** The API's schema: every noun and verb registers itself with the builder; this file only imports them and builds. */
export const schema = guardQueries(builder.toSchema());
