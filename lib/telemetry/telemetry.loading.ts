import type { Clock } from '../common/clock.js';
import { OpenTelemetry } from './open-telemetry.js';
import { NO_TELEMETRY, type Telemetry } from './telemetry.js';

/** Opens the telemetry of one account, if the application has OpenTelemetry. */
export async function openTelemetry(account: string, clock: Clock): Promise<Telemetry> {
  try {
    // Inside `try`, so that bundlers leave out a package that is not installed.
    const api = await import('@opentelemetry/api');
    return new OpenTelemetry(api, account, clock);
  } catch {
    return NO_TELEMETRY;
  }
}
