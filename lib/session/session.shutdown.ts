import { withDeadline } from '../common/deadline.js';
import { BetfairSessionError } from '../errors/index.js';
import type { SessionParts } from './session.composition.js';

/** Milliseconds that work and requests in flight may take to end by themselves. */
const PATIENCE = 5_000;

/**
 * Ends everything of one account, but not its session: other processes use it, and the next start resumes it. The
 * lease is given back at once, so that no other process waits for one that is gone.
 */
export async function shutDown(parts: SessionParts): Promise<void> {
  const { cache, clock, closing, connections, identity, keepAlive, keeper, lease } = parts;
  const closed = new BetfairSessionError(
    'The application is shutting down; its Betfair session is no longer served.',
    { code: 'BETFAIR_CLOSED', retryable: false },
  );
  const work = Promise.allSettled([keeper.flight, keeper.alone, keepAlive.running]);
  const waited = withDeadline(
    clock,
    PATIENCE,
    () => Promise.all([work, connections.settle()]),
    () => closed,
  );
  await waited.catch(() => undefined);
  closing.abort(closed);
  await work;
  // If the store fails now, the others see the lease expire.
  await lease?.release().catch(() => undefined);
  await Promise.all([identity.close(), connections.destroy(closed)]);
  cache.close();
  parts.publisher.complete();
}
