import {
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairStreamError,
  SessionStorageError,
} from 'nestjs-betfair-session';
import type { StreamState, StreamStatus } from 'nestjs-betfair-session/stream';
import { type Findings, verdictOf } from '../../../sample/page/verdict.js';

const READY = { state: 'ready', persisted: true } as const;
const EMPTY = { state: 'empty', persisted: false } as const;
const DEGRADED = { state: 'degraded', persisted: true } as const;
const BLOCKED = { state: 'blocked', persisted: false } as const;

const refused = new BetfairLoginRejectedError('ACCOUNT_NOW_LOCKED', 'Unlock the account.');
const banned = new BetfairLoginBlockedError('Betfair banned logins.', new Date(0));
const outage = new BetfairIdentityUnavailableError('Betfair does not answer.');
const storeFails = new SessionStorageError('The disk is full.', 'unavailable');
const storeDenies = new SessionStorageError('The folder is not yours.', 'denied');

function streamIs(state: StreamState, error?: StreamStatus['error']): StreamStatus {
  const subscription = { op: 'marketSubscription', marketFilter: {} } as const;
  return { subscription, state, since: new Date(0), failures: error ? 1 : 0, error };
}

function streamError(retryable: boolean): BetfairStreamError {
  return new BetfairStreamError('The stream says no.', {
    code: 'BETFAIR_STREAM_REFUSED',
    retryable,
  });
}

it.each<[string, Findings, object]>([
  [
    'is good if a session is served and prices arrive',
    { status: READY, troubles: {}, stream: streamIs('subscribed'), certificateDays: 30 },
    { level: 'good', title: 'All is well', todo: 'Nothing.' },
  ],
  [
    'is good without a stream and without a certificate to read',
    { status: READY, troubles: {} },
    { level: 'good' },
  ],
  [
    'gives the advice of a refused login',
    { status: BLOCKED, troubles: { logins: refused } },
    {
      level: 'act',
      title: 'No session: logins are held back',
      reason: 'Betfair refused the login with ACCOUNT_NOW_LOCKED.',
      todo: 'Unlock the account.',
    },
  ],
  [
    'says to wait for the end of a ban',
    { status: BLOCKED, troubles: { logins: banned } },
    { level: 'act', reason: banned.message, todo: expect.stringMatching(/^Wait /) },
  ],
  [
    'says that logins are held back before anybody said why',
    { status: BLOCKED, troubles: {} },
    { level: 'act', reason: 'The log has the reason.' },
  ],
  [
    'puts a refused login before all else, even while the session lives',
    { status: DEGRADED, troubles: { logins: refused, store: storeFails }, certificateDays: 3 },
    { level: 'act', title: expect.stringContaining('no login can replace it') },
  ],
  ['is patient at the start', { status: EMPTY, troubles: {} }, { level: 'watch' }],
  [
    'is alarmed if no session could be obtained',
    { status: EMPTY, troubles: { renewal: outage } },
    { level: 'act', reason: outage.message, todo: expect.stringContaining('tried again') },
  ],
  [
    'does not promise that a lasting fault passes',
    { status: EMPTY, troubles: { store: storeDenies } },
    { level: 'act', todo: expect.stringContaining('start the application again') },
  ],
  [
    'goes on while the store fails',
    { status: DEGRADED, troubles: { store: storeFails } },
    { level: 'watch', reason: storeFails.message },
  ],
  [
    'warns of a certificate from 30 days before',
    { status: READY, troubles: {}, certificateDays: 29 },
    { level: 'watch', title: 'The client certificate expires in 29 days' },
  ],
  [
    'is alarmed by a certificate that has expired',
    { status: READY, troubles: {}, certificateDays: -1 },
    { level: 'act', title: 'The client certificate has expired' },
  ],
  [
    'waits for the first prices',
    { status: READY, troubles: {}, stream: streamIs('connecting') },
    { level: 'watch', title: 'Waiting for prices' },
  ],
  [
    'says that prices stand still',
    { status: READY, troubles: {}, stream: streamIs('waiting', streamError(true)) },
    { level: 'watch', title: 'Prices stand still', reason: 'The stream says no.' },
  ],
  [
    'is alarmed by a refusal of the stream that lasts',
    { status: READY, troubles: {}, stream: streamIs('waiting', streamError(false)) },
    { level: 'act', title: 'Prices stand still' },
  ],
  [
    'does not repeat a refused login that is over',
    { status: READY, troubles: {}, stream: streamIs('waiting', refused) },
    { level: 'watch', reason: 'There was no session when the stream last tried.' },
  ],
])('%s', (_behaviour, findings, verdict) => {
  expect(verdictOf(findings)).toMatchObject(verdict);
});
