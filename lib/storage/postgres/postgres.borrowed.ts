import { systemClock } from '../../common/clock.js';
import { inTime } from '../../common/deadline.js';
import type { PostgresClientLike, PostgresSource } from './postgres.options.js';

/** Operations at a time: as many connections of an application's pool as statements that hang may take from it. */
const MOST_UNDER_WAY = 2;
/** Milliseconds after which an operation that hangs counts no longer: its connection may be one that nobody will answer. */
const COUNTED_FOR_MS = 60_000;

/** A client that was handed in, of which no more is used than a session needs. */
export function borrowed(client: PostgresClientLike): PostgresSource {
  const underWay = new Set<Promise<void>>();

  function count(operation: Promise<unknown>): void {
    const counted = counting(operation);
    underWay.add(counted);

    async function counting(work: Promise<unknown>): Promise<void> {
      await inTime(systemClock, COUNTED_FOR_MS, work.catch(ignore), undefined);
      underWay.delete(counted);
    }
  }

  return {
    async use(operation, signal) {
      while (underWay.size >= MOST_UNDER_WAY) {
        await Promise.race(underWay);
        signal.throwIfAborted();
      }
      const carriedOut = operation(client);
      count(carriedOut);
      return carriedOut;
    },
    close: async () => {},
  };
}

function ignore(): void {}
