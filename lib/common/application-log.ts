import { Logger } from '@nestjs/common';

/** The levels of the application's log that are used. */
export type ApplicationLog = Pick<Logger, 'log' | 'warn' | 'error' | 'debug'>;

/**
 * Opens the application's log for a part of this package, and an account if that has a name. The log is often the
 * application's own code, and its failure must not end what is only being reported: a login, a request, or the process.
 */
export function openLog(part: string, account = 'default'): ApplicationLog {
  const logger = new Logger(account === 'default' ? part : `${part}:${account}`);
  const write = (level: keyof ApplicationLog) => (message: unknown) => {
    try {
      logger[level](message);
    } catch {
      // There is nowhere left to report it.
    }
  };
  return {
    log: write('log'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
  };
}
