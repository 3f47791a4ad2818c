import { SessionService } from '../../session/session.service.js';
import { silenceLog, withStore } from '../account/open.store.js';
import type { UsableAccount } from '../account/read.account.js';
import { type Finding, ok, type Step, warn } from './finding.js';

/** Gets a session as an application does, with a login if none is stored, and leaves it in the store. */
export const loginStep: Step = {
  name: 'login',
  needs: ['options', 'certificate', 'network', 'store', 'record'],

  async check({ commandFor, options, resolved }: UsableAccount) {
    const isKept = await withStore(resolved, async ({ traits }) => traits.isShared, 'read');
    silenceLog();
    const sessions = await SessionService.create({ ...options, keepAlive: false });
    try {
      const seen = new Set<string>();
      sessions.events$.subscribe(({ type }) => seen.add(type));
      await sessions.getSession();
      if (!isKept) return [await endAgain(sessions)];
      if (!seen.has('loggedIn')) return [alive(commandFor('logout --yes'))];
      return [described(sessions.status.persisted)];
    } finally {
      await sessions.close();
    }
  },
};

/** Ends a session that nobody could use after this process. */
async function endAgain(sessions: SessionService): Promise<Finding> {
  await sessions.logout();
  return ok('Logged in, and out again: a store in memory cannot keep the session.');
}

function alive(command: string): Finding {
  return ok(
    `The stored session is alive, so no login was needed. To try one, end it first: ${command}.`,
  );
}

function described(isStored: boolean): Finding {
  return isStored
    ? ok('Logged in. The session is stored, and the next start uses it.')
    : warn('Logged in, but the session could not be stored, so the next start logs in again.');
}
