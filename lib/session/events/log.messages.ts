import type { Observable } from 'rxjs';
import type { ApplicationLog } from '../../common/application-log.js';
import type { SessionEvent } from './session.events.js';

export function logSessionEvents(events$: Observable<SessionEvent>, log: ApplicationLog): void {
  events$.subscribe((event) => {
    switch (event.type) {
      case 'loggedIn':
        return log.log('Logged in to Betfair.');
      case 'resumed':
        return log.log('Resumed the stored Betfair session.');
      case 'waitingForLogin': {
        const seconds = Math.ceil(event.longestWait / 1_000);
        return log.log(
          `Another process is logging in to Betfair; waiting up to ${seconds} s for its session.`,
        );
      }
      case 'keptAlive':
        return log.debug('Extended the Betfair session with keepAlive.');
      case 'rejected':
        return log.log('Betfair rejected the session; renewing it.');
      case 'renewalFailed':
        return log.warn(event.error.message);
      case 'loginBlocked':
        return log.error(event.error.message);
      case 'loginUnblocked':
        return log.log('Logins to Betfair are allowed again.');
      case 'storageDegraded':
        return log.warn(event.error.message);
      case 'storageRecovered':
        return log.log('The session store works again.');
      case 'loggedOut':
        return log.log('Logged out of Betfair.');
    }
  });
}
