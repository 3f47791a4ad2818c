import { type Observable, startWith } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import type { SessionEvent } from './session.events.js';

const DAY_MS = 86_400_000;
/** Betfair's sample certificate is valid for a year, and a new one must be uploaded by hand. */
const NOTICE_MS = 30 * DAY_MS;

/**
 * Warns from 30 days before the client certificate expires: at start-up, and then at an event, at most once a day. Each
 * time it reads the expiry anew, so a rotated certificate ends the warnings.
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
    // Unknown before the first login.
    if (validTo === undefined) {
      quietUntil = -Infinity;
      return;
    }
    const notice = expiryNotice(validTo, clock.wall());
    if (notice !== undefined) warn(notice);
  };
  events$.pipe(startWith(undefined)).subscribe(() => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + DAY_MS;
    // The next login reports an unreadable certificate.
    check().catch(() => undefined);
  });
}

/** Writes the warning of a certificate that expires soon; `undefined` if there is time. */
export function expiryNotice(validTo: Date, now: number): string | undefined {
  const left = validTo.getTime() - now;
  if (left > NOTICE_MS) return undefined;
  const days = Math.max(0, Math.floor(left / DAY_MS));
  return `The client certificate expires in ${days} days, on ${validTo.toISOString()}; logins fail after that. Create a new certificate and upload it to the Betfair account.`;
}
