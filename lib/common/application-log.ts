import { Logger } from '@nestjs/common';
import { DEFAULT_ACCOUNT } from './account-name.js';

/** Part of the application's log that is used. */
export type ApplicationLog = Pick<Logger, 'log' | 'warn' | 'error' | 'debug'>;

/**
 * Opens the application's log for a part of this package, and for an account if it has a name. The log may be code of
 * the application. Its errors are ignored, so that they do not end a login, a request or the process.
 */
export function openLog(part: string, account = DEFAULT_ACCOUNT): ApplicationLog {
  const logger = new Logger(account === DEFAULT_ACCOUNT ? part : `${part}:${account}`);
  const write = (level: keyof ApplicationLog) => (message: unknown) => {
    try {
      logger[level](message);
    } catch {
      // There is no other place to report it.
    }
  };
  return {
    log: write('log'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
  };
}
