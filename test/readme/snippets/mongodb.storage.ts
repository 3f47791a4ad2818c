import { randomUUID } from 'node:crypto';
import {
  expectedVersion,
  type SessionStorage,
  SessionStorageError,
  StorageConflictError,
} from 'nestjs-betfair-session';

/** `client.db()` of `mongodb`. */
interface Database {
  readonly databaseName: string;
  collection(name: string, options: object): Collection;
}
interface Collection {
  findOne(filter: object): Promise<{ value?: string; version?: string } | null>;
  insertOne(document: object): Promise<unknown>;
  updateOne(filter: object, update: object): Promise<{ matchedCount: number }>;
  deleteOne(filter: object): Promise<{ deletedCount: number }>;
}

/** Keeps sessions in a collection of documents `{ _id, value, version }`. */
export function mongoDbStorage(database: Database, name = 'betfair_sessions'): SessionStorage {
  const sessions = database.collection(name, {
    // What a majority has survives a failover.
    readConcern: { level: 'majority' },
    writeConcern: { w: 'majority' },
  });

  return {
    location: `mongodb:${database.databaseName}.${name}`,
    conditionalWrites: 'native',

    async read(key, { signal } = {}) {
      signal?.throwIfAborted();
      const found = await sessions.findOne({ _id: key }).catch(fail(key));
      return found ? { value: found.value ?? '', version: found.version ?? '' } : undefined;
    },

    async write(key, value, condition, { signal } = {}) {
      const expected = expectedVersion(condition);
      const version = randomUUID();
      signal?.throwIfAborted();
      const written = expected
        ? sessions.updateOne({ _id: key, version: expected }, { $set: { value, version } })
        : sessions.insertOne({ _id: key, value, version }).then(() => ({ matchedCount: 1 }));
      const { matchedCount } = await written.catch(fail(key));
      if (matchedCount === 0) throw new StorageConflictError(key);
      return version;
    },

    async delete(key, condition, { signal } = {}) {
      const same = { _id: key, version: expectedVersion(condition) };
      signal?.throwIfAborted();
      const { deletedCount } = await sessions.deleteOne(same).catch(fail(key));
      if (deletedCount === 0 && (await this.read(key))) throw new StorageConflictError(key);
    },
  };
}

/** Throws what a store may throw: the driver's errors may quote a document, so only their name goes on. */
const fail = (key: string) => (error: unknown) => {
  const code: unknown = error instanceof Error && Reflect.get(error, 'code');
  if (code === 11_000) throw new StorageConflictError(key);
  const failure = code === 13 || code === 18 ? 'denied' : 'unavailable';
  const name = error instanceof Error ? error.name : 'Error';
  throw new SessionStorageError(`MongoDB failed (${name}).`, failure);
};
