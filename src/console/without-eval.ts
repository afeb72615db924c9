/**
 * Imported first. The page's policy lets nobody make code of text, and zod tries whether it may when a schema is made.
 */
import { config } from 'zod';

config({ jitless: true });
