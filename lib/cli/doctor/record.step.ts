import { systemClock } from '../../common/clock.js';
import type { BetfairSessionError } from '../../errors/index.js';
import { findRecordedObstacle } from '../../login/guard/recorded.obstacle.js';
import { storedObjectsOf } from '../../login/stored-objects.js';
import { currentCredentials } from '../account/current.credentials.js';
import { withStore } from '../account/open.store.js';
import { type Finding, fail, ok, type Step, warn } from './finding.js';

/** Reads what the processes of the account know about logins. */
export const recordStep: Step = {
  name: 'record',
  needs: ['options', 'store'],

  check: ({ commandFor, resolved }) =>
    withStore(resolved, async ({ records, traits }): Promise<readonly Finding[]> => {
      if (!traits.isShared) return [ok('Each process keeps its own.')];
      const { record } = await records.read();
      const { credentials } = await currentCredentials(resolved);
      const { deletion } = storedObjectsOf(resolved);
      const fingerprint = credentials?.fingerprint ?? '';
      const obstacle = findRecordedObstacle(record, fingerprint, systemClock, deletion);
      if (obstacle) return [fail(withCommand(obstacle, commandFor('unblock')))];
      const code = Object.values(record.refusals).at(-1);
      if (code === undefined) return [ok('Nothing in it speaks against a login.')];
      if (credentials) {
        return [ok(`Other credentials were refused before (${code}). These may log in.`)];
      }
      return [
        warn(
          `A login was refused (${code}). If with these credentials, shows only once the certificate can be read.`,
        ),
      ];
    }),
};

/** Names the command that does the same as the method. */
function withCommand({ message, retryable }: BetfairSessionError, command: string): string {
  const when = retryable ? 'It ends alone. To lift it sooner' : 'To lift it from here';
  return `${message} ${when}: ${command}.`;
}
