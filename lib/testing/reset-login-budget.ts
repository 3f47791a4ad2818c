import type { SessionService } from '../session/session.service.js';

/**
 * Forgets the logins that a service made: for tests that share one application and end its session many times, since a
 * service makes at most five logins a minute. Refusals and bans stay; `unblockLogin()` lifts those.
 */
export function resetLoginBudget(sessions: SessionService): void {
  sessions.resetLoginBudget();
}
