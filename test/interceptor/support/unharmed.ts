import type { HttpApplication } from '../../support/http-application.js';

/**
 * Asserts that what only looked like a refusal cost no login and left the first session in service; that Betfair was
 * asked once about a session that the application took, and not at all about another; and that there was one warning.
 */
export function expectUnharmed(
  { simulator, sessions, logger }: HttpApplication,
  wasTaken: boolean,
): void {
  const keepAlives = wasTaken ? 1 : 0;
  expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1, keepAlives });
  expect(sessions().status.state).toBe('ready');
  expect(sessions().current?.generation).toBe(1);
  const warnings = logger.lines.filter(([level]) => level === 'warn');
  expect(warnings).toEqual([
    expect.arrayContaining([expect.stringContaining('ended with what looks like a refusal')]),
  ]);
}
