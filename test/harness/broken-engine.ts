/** The environment of a process in which one of the two Ed25519 engines is broken. */
import { createRequire } from 'node:module';

const NACL = JSON.stringify(createRequire(import.meta.url).resolve('tweetnacl'));

const BREAKS = {
  'node:crypto accepts a spoilt signature': `
    import crypto from 'node:crypto';
    import { syncBuiltinESMExports } from 'node:module';
    crypto.verify = () => true;
    syncBuiltinESMExports();`,
  'node:crypto refuses a good signature': `
    import crypto from 'node:crypto';
    import { syncBuiltinESMExports } from 'node:module';
    crypto.verify = () => false;
    syncBuiltinESMExports();`,
  'node:crypto signs other bytes than RFC 8032 prescribes': `
    import crypto from 'node:crypto';
    import { syncBuiltinESMExports } from 'node:module';
    crypto.sign = () => Buffer.alloc(64, 7);
    syncBuiltinESMExports();`,
  'tweetnacl accepts a spoilt signature': `
    import { createRequire } from 'node:module';
    createRequire(${NACL})(${NACL}).sign.detached.verify = () => true;`,
} as const;

export type EngineBreak = keyof typeof BREAKS;
export const ENGINE_BREAKS = Object.keys(BREAKS) as EngineBreak[];

/** Node runs the break before the program. */
export function brokenEngine(how: EngineBreak): { readonly NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(BREAKS[how])}` };
}
