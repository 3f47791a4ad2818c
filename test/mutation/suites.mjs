/**
 * The suites that a file's mutants run against, by the beginning of its path; the first that fits counts. The narrower,
 * the shorter the unmutated run that precedes every file.
 */
const SUITES = [
  ['lib/session/backoff.ts', ['session/(refresh|resume-faults|login-guard|get-session|backoff)']],
  ['lib/session/', ['session/', 'storage/login\\.lease']],
  ['lib/storage/lease.record.ts', ['storage/(login\\.lease|lease\\.record)']],
  ['lib/storage/login.lease.ts', ['storage/login\\.lease', 'session/']],
  ['lib/storage/conditional-writes.check.ts', ['storage/login\\.lease']],
  ['lib/storage/storage-key.ts', ['storage/(memory|storage-conformance)', 'options/']],
  ['lib/storage/write-condition.ts', ['storage/(memory|storage-conformance)']],
  ['lib/storage/', ['storage/', 'options/']],
  ['lib/identity/identity-reply.ts', ['identity/(identity-faults|login)', 'session/resume-faults']],
  ['lib/identity/', ['identity/']],
  ['lib/interceptor/', ['interceptor/']],
  ['lib/calls/', ['calls/']],
];

/** What forks compiled copies of the library, which no mutant reaches, or plays days through. */
const NOT_HERE = 'storage/file\\.(processes|races|soak)\\.|session/(fleet\\.virtual|secrets)\\.';

/** A regular expression for the paths of the suites, as jest's `testRegex` takes it. */
export function suitesOf(file) {
  const [, suites] = SUITES.find(([beginning]) => file.startsWith(beginning)) ?? [];
  if (!suites) throw new Error(`${file}: test/mutation/suites.mjs names no suites for it`);
  return `/test/(?!${NOT_HERE})(${suites.join('|')})[^/]*\\.spec\\.ts$`;
}
