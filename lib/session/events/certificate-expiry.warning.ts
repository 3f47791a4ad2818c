import { type Observable, startWith } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import type { SessionEvent } from './session.events.js';

const DAY = 86_400_000;
/** Betfair's sample certificate is valid for a year, and a new one must be uploaded by hand. */
const NOTICE = 30 * DAY;

/**
 * Warns from 30 days before the client certificate expires, at the start and then whenever anything happens, at most
 * once a day. It is looked at anew each time, so that a rotated certificate ends the warnings.
 */
export function warnOfCertificateExpiry(
  expiry: () => Promise<Date | undefined>,
  events$: Observable<SessionEvent>,
  clock: Clock,
  warn: (message: string) => void,
): void {
  let quietUntil = -Infinity;
  const check = async () => {
    const validTo = await expiry();
    // Not known before the first login; what else is wrong shows at the next one.
    if (validTo === undefined) {
      quietUntil = -Infinity;
      return;
    }
    const left = validTo.getTime() - clock.wall();
    if (left > NOTICE) return;
    const days = Math.max(0, Math.floor(left / DAY));
    warn(
      `The client certificate expires in ${days} days, on ${validTo.toISOString()}; after that no login succeeds. Make a new one and upload it to the Betfair account.`,
    );
  };
  events$.pipe(startWith(undefined)).subscribe(() => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + DAY;
    check().catch(() => undefined);
  });
}
