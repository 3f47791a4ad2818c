import { type Observable, startWith } from 'rxjs';
import type { Clock } from '../common/clock.js';
import { checkClientCertificate } from '../identity/certificate/client-certificate.js';
import type { ClientCertificate } from '../options/betfair-session-options.interface.js';
import type { SessionEvent } from './session.events.js';

const DAY = 86_400_000;
/** Betfair's sample certificate is valid for a year, and a new one must be uploaded by hand. */
const NOTICE = 30 * DAY;

/**
 * Warns from 30 days before the client certificate expires, at the start and then whenever anything happens, at most
 * once a day. The file is read anew, so that a rotated certificate ends the warnings.
 */
export function watchCertificate(
  certificate: ClientCertificate,
  events$: Observable<SessionEvent>,
  clock: Clock,
  warn: (message: string) => void,
): void {
  let quietUntil = -Infinity;
  const check = async () => {
    const now = clock.wall();
    const { validTo } = await checkClientCertificate(certificate, new Date(now));
    if (validTo === undefined || validTo.getTime() - now > NOTICE) return;
    const days = Math.max(0, Math.floor((validTo.getTime() - now) / DAY));
    warn(
      `The client certificate expires in ${days} days, on ${validTo.toISOString()}; after that no login succeeds. Make a new one and upload it to the Betfair account.`,
    );
  };
  events$.pipe(startWith(undefined)).subscribe(() => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + DAY;
    // The check itself finds nothing new here: what is wrong shows at the next login.
    check().catch(() => undefined);
  });
}
