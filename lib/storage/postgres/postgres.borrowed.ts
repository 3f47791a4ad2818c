import { systemClock } from '../../common/clock.js';
import { inTime } from '../../common/deadline.js';
import type { PostgresClientLike, PostgresSource } from './postgres.options.js';

/** Operations at a time, so that statements that hang take few connections from the application's pool. */
const MAX_RUNNING = 2;
/** Milliseconds after which an operation that hangs no longer counts as running: it may never end. */
const MAX_COUNTED_MS = 60_000;

/** Wraps a client of the application, and limits how many operations use it at a time. */
export function borrowed(client: PostgresClientLike): PostgresSource {
  const running = new Set<Promise<void>>();
  return {
    async use(operation, signal) {
      while (running.size >= MAX_RUNNING) {
        await Promise.race(running);
        signal.throwIfAborted();
      }
      const result = operation(client);
      const settled = inTime(systemClock, MAX_COUNTED_MS, result.then(ignore, ignore), undefined);
      const counted = settled.then(() => void running.delete(counted));
      running.add(counted);
      return result;
    },
    close: async () => {},
  };
}

function ignore(): void {}
