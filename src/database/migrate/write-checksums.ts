/** Seals the migrations: writes `checksums.sum`. You run it after you add a migration; nothing else does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksumsOf, SQL_DIRECTORY } from './migrations.ts';

writeFileSync(join(SQL_DIRECTORY, 'checksums.sum'), checksumsOf());
