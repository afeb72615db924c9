import './history.ts';
import './mutations/abandon.ts';
import './mutations/cut.ts';
import './mutations/declare-dependency.ts';
import './mutations/mark.ts';
import './mutations/register-source.ts';
import './mutations/review.ts';
import './mutations/sweep.ts';
import './mutations/verify.ts';
import './queries/connections.ts';
import './queries/documents.ts';
import './queries/integrity.ts';
import './queries/look-ups.ts';
import './queries/nodes.ts';
import './queries/passport.ts';
import './queries/plan-cut.ts';
import './queries/proofs.ts';
import './queries/reconstruct.ts';
import './queries/who-am-i.ts';
import { guardMutations } from './guard-mutations.ts';
import { guardQueries } from './queries/guard.ts';
import '../schema/roots.ts';
import '../schema/refusals.ts';
import '../schema/scalars.ts';
import '../schema/written.ts';
import { builder } from '../schema/builder.ts';

/** The API's schema: every noun and verb registers itself with the builder; this file only imports them and builds. */
export const schema = guardMutations(guardQueries(builder.toSchema()));
