import '../resolvers/history.ts';
import '../resolvers/mutations/abandon.ts';
import '../resolvers/mutations/cut.ts';
import '../resolvers/mutations/declare-dependency.ts';
import '../resolvers/mutations/mark.ts';
import '../resolvers/mutations/register-source.ts';
import '../resolvers/mutations/review.ts';
import '../resolvers/mutations/sweep.ts';
import '../resolvers/mutations/verify.ts';
import '../resolvers/queries/connections.ts';
import '../resolvers/queries/document.ts';
import '../resolvers/queries/integrity.ts';
import '../resolvers/queries/look-ups.ts';
import '../resolvers/queries/passport.ts';
import '../resolvers/queries/plan-cut.ts';
import '../resolvers/queries/proofs.ts';
import '../resolvers/queries/reconstruct.ts';
import '../resolvers/queries/who-am-i.ts';
import { guardMutations } from '../resolvers/guard-mutations.ts';
import { guardQueries } from '../resolvers/queries/guard.ts';
import './mutation.ts';
import './query.ts';
import './refusals.ts';
import './scalars.ts';
import './written.ts';
import { builder } from './builder.ts';

/** The API's schema: every noun and verb registers itself with the builder; this file only imports them and builds. */
export const schema = guardMutations(guardQueries(builder.toSchema()));
