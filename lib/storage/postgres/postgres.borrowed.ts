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

  function count(operation: Promise<unknown>): void {
    const counted = counting(operation);
    running.add(counted);

    async function counting(work: Promise<unknown>): Promise<void> {
      await inTime(systemClock, MAX_COUNTED_MS, work.catch(ignore), undefined);
      running.delete(counted);
    }
  }

  return {
    async use(operation, signal) {
      while (running.size >= MAX_RUNNING) {
        await Promise.race(running);
        signal.throwIfAborted();
      }
      const result = operation(client);
      count(result);
      return result;
    },
    close: async () => {},
  };
}

function ignore(): void {}
