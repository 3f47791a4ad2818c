import { Meter } from './meter.mjs';

/**
 * A store of which every operation goes through a meter. It says of itself what the one behind it says, unless `said`
 * replaces that.
 */
export function meteredStorage(storage, meter = new Meter(), said = {}) {
  const { conditionalWrites, location, shared } = storage;
  return {
    conditionalWrites,
    location,
    shared,
    ...said,
    open: async () => storage.open?.(),
    read: (...parameters) => meter.run(() => storage.read(...parameters)),
    write: (...parameters) => meter.run(() => storage.write(...parameters)),
    delete: (...parameters) => meter.run(() => storage.delete(...parameters)),
  };
}

/** A bucket of the original library, likewise. */
export function meteredBucket(bucket, meter) {
  return {
    isAccessible: () => meter.run(() => bucket.isAccessible()),
    exists: (key) => meter.run(() => bucket.exists(key)),
    readAll: (key) => meter.run(() => bucket.readAll(key)),
    writeAll: (key, text) => meter.run(() => bucket.writeAll(key, text)),
  };
}
