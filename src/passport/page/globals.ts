/** What the proofs take for granted and a browser lacks. Imported before anything else. */
import { Buffer } from 'buffer/index.js';
import { z } from 'zod';

Object.assign(globalThis, { Buffer });
// The page's policy lets no code be made of text, and zod would try.
z.config({ jitless: true });
