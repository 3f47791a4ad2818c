import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { EncryptedStorage } from './encrypted.storage.js';

describe('EncryptedStorage', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sessions-'));
  const secret = randomBytes(32);
  // Each call makes a new instance on the same store, as another process would.
  const create = () => new EncryptedStorage(directory, secret);

  for (const { name, run } of sessionStorageConformance({ create })) it(name, run);
});
