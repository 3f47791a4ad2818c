import type { BetfairSession, SessionService } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';

const READ = 'SportsAPING/v1.0/listEventTypes';

/**
 * Has the current session replaced on proof: a call gets through with it and the next is refused, so there is one login
 * and no keepAlive, which would still take it. Returns the new session.
 */
export async function replaceOnProof(
  simulator: BetfairSimulator,
  sessions: SessionService,
): Promise<BetfairSession> {
  const { token } = await sessions.getSession();
  await sessions.call(READ);
  simulator.rejectCalls(({ headers }) => headers['x-authentication'] === token);
  await sessions.call(READ);
  return sessions.getSession();
}
