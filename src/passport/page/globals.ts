/** What the proofs need and a browser lacks. Imported before anything else. */
import { Buffer } from 'buffer/index.js';
import { z } from 'zod';

Object.assign(globalThis, { Buffer });
// The page's policy forbids code made from text, and zod would try to make some.
z.config({ jitless: true });
