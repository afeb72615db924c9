/** Seals the migrations: writes `checksums.sum` anew. For whoever adds a migration; nothing runs this by itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksumsOf, SQL_DIRECTORY } from './migrations.ts';

writeFileSync(join(SQL_DIRECTORY, 'checksums.sum'), checksumsOf());
