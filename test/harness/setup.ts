import { afterAll, afterEach } from 'vitest';
import { closeTestDatabases, noteFailure } from './database.ts';

afterEach(({ task }) => {
  if (task.result?.state === 'fail') noteFailure();
});

afterAll(async () => {
  await closeTestDatabases();
});
