const LOGIN = 'login/';

/**
 * The suites that a file's mutants run against, by the beginning of its path; the first that fits counts. The narrower,
 * the shorter the unmutated run that precedes every file.
 */
const SUITES = [
  ['lib/session/provider/renewal.backoff.ts', ['session/(backoff|resume-faults|session\\.log)']],
  ['lib/session/betfair-session.ts', ['session/betfair-session']],
  ['lib/session/events/certificate-expiry.warning.ts', ['session/certificate']],
  [
    'lib/session/provider/session.cache.ts',
    ['session/(get|refresh|keep-alive|logout|persistence|shutdown)'],
  ],
  [
    'lib/session/keep-alive/session.keep-alive.ts',
    ['session/(get|keep-alive|persistence|logout|shutdown)'],
  ],
  [
    'lib/session/provider/session.provider.ts',
    ['session/(get|refresh|resume|shutdown|adversity|logout)'],
  ],
  ['lib/session/session.logout.ts', ['session/logout']],
  [
    'lib/session/provider/session.acquisition.ts',
    ['session/(get|refresh|resume|persistence|adversity)', LOGIN],
  ],
  ['lib/session/session.shutdown.ts', ['session/(shutdown|session\\.publisher)']],
  ['lib/session/provider/token.writer.ts', ['session/(persistence|adversity|keep-alive|get)']],
  [
    'lib/session/session.composition.ts',
    ['session/(get|persistence|keep-alive|adversity|shutdown)'],
  ],
  ['lib/session/events/session.log.ts', ['session/session\\.log', 'calls/tracked-call']],
  ['lib/session/events/session.publisher.ts', ['session/(session\\.publisher|get)']],
  [
    'lib/session/session.service.ts',
    [
      'session/(session\\.(log|publisher|status)|get|certificate|refresh|logout|shutdown)',
      'calls/(call-scope|tracked-call)',
      'interceptor/current-session\\.decorator',
      LOGIN,
    ],
  ],
  ['lib/session/session.status.ts', ['session/session\\.status']],
  ['lib/session/provider/token.store.ts', ['session/(get|persistence|logout|adversity)', LOGIN]],
  ['lib/session/', ['session/']],
  ['lib/login/', [LOGIN, 'session/(persistence|adversity)']],
  [
    'lib/storage/contract/storage-key.ts',
    ['storage/(conformance|memory|storage-)', 'options/session-options'],
  ],
  ['lib/storage/contract/write-condition.ts', ['storage/(conformance|memory|storage-)']],
  ['lib/storage/file/', ['storage/(conformance|file)']],
  ['lib/storage/azure-blob/', ['storage/(azure|conformance)']],
  ['lib/storage/monitored.storage.ts', ['storage/bounded']],
  ['lib/storage/remote/remote.attempts.ts', ['storage/(azure|conformance)']],
  ['lib/storage/cloud/', ['storage/(azure|cloud|gcs|s3)']],
  ['lib/storage/gcs/', ['storage/gcs']],
  ['lib/storage/memory/memory.storage.ts', ['storage/(conformance|memory|storage-)']],
  ['lib/storage/s3/', ['storage/s3']],
  ['lib/storage/storage.factory.ts', ['storage/storage\\.factory']],
  [
    'lib/identity/identity-reply.ts',
    ['identity/(identity-faults|identity-reply|login\\.|unclear)', 'session/resume'],
  ],
  ['lib/identity/certificate/', ['identity/certificate/']],
  [
    'lib/identity/identity.client.ts',
    ['identity/(identity-faults|identity\\.transport|login\\.|unclear)'],
  ],
  ['lib/identity/identity.transport.ts', ['identity/(identity\\.transport|unclear)']],
  ['lib/identity/sending.watch.ts', ['identity/unclear']],
  ['lib/identity/jurisdiction', ['identity/jurisdiction']],
  ['lib/identity/login-codes.ts', ['identity/login-codes']],
  [
    'lib/interceptor/betfair-session.interceptor.ts',
    ['interceptor/', 'betfair-session\\.module', 'accounts/'],
  ],
  [
    'lib/interceptor/handler-answer.ts',
    ['interceptor/(transports/|current-session|message-handlers|wrapped-answers)'],
  ],
  [
    'lib/interceptor/handler-retry.ts',
    ['interceptor/(transports/|betfair|message-handlers|wrapped-answers)'],
  ],
  ['lib/interceptor/', ['interceptor/']],
  ['lib/calls/', ['calls/']],
];

/** What forks compiled copies of the library, which no mutant reaches, plays days through or bears down on it. */
const NOT_HERE =
  'storage/file\\.(processes|races|soak)\\.|session/(fleet\\.virtual|secrets)\\.|interceptor/thousand';

/** A regular expression for the paths of the suites, as jest's `testRegex` takes it. */
export function suitesOf(file) {
  const [, suites] = SUITES.find(([beginning]) => file.startsWith(beginning)) ?? [];
  if (!suites) throw new Error(`${file}: test/mutation/suites.mjs names no suites for it`);
  return `/test/(?!${NOT_HERE})(${suites.join('|')})[^/]*\\.spec\\.ts$`;
}
