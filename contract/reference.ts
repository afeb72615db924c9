/**
 * Writes `docs/reference/api/` from the committed schema: one page for each kind of type. `npm run codegen` runs it, and
 * a test holds the pages to the schema.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENT, schemaIn } from './files.ts';
import { referencePages } from './pages.ts';

const folder = join(import.meta.dirname, '../docs/reference/api');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of referencePages(schemaIn(CURRENT))) writeFileSync(join(folder, name), text);
