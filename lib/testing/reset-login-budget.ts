import type { SessionService } from '../session/session.service.js';

/**
 * Forgets the logins of a service, which makes at most five a minute. It is for tests that share one application and
 * end its session many times. Refusals and bans stay; `unblockLogin()` lifts those.
 */
export function resetLoginBudget(sessions: SessionService): void {
  sessions.resetLoginBudget();
}
