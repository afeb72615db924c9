import type { Mode } from '../../law/values.ts';
import type { ServerReadiness } from '../health.ts';

/** Paths of this server; null where nothing is there. */
interface LandingLinks {
  readonly console: string | null;
  readonly graphql: string;
  readonly graphiql: string | null;
  readonly passport: string | null;
  readonly health: string;
  readonly ready: string;
}

/** The facts, in the shape in which programs get them. */
export interface Landing {
  readonly name: 'Cutter';
  readonly version: string;
  readonly mode: Mode;
  readonly status: ServerReadiness['status'];
  readonly checks: ServerReadiness['checks'];
  readonly reasons: readonly string[];
  readonly links: LandingLinks;
  readonly protocols: readonly string[];
  /** How to get a token. */
  readonly token: string;
}
