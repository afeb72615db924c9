import './scalars.ts';
import './refusals.ts';
import './written.ts';
import './entry.ts';
import './history.ts';
import './dependency.ts';
import './sweep.ts';
import './manifest.ts';
import './unit-block.ts';
import './review-decision.ts';
import './change-set.ts';
import './affected-row.ts';
import './verify-result.ts';
import './signature.ts';
import './address-alias.ts';
import './principal.ts';
import './query.ts';
import { builder } from './builder.ts';

/** The API's schema: every noun and verb registers itself with the builder; this file only imports them and builds. */
export const schema = builder.toSchema();
