import type { SessionService } from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { errorOf } from '../../identity/support/secrets.js';
import { encrypt } from '../../identity/support/certificates.js';
import { closeAccounts, createAccount } from '../../support/account.js';
import { RPC } from '../../support/betting.js';
import { PLANTED, searchFor } from '../../support/planted.js';
import { closeOddServers, OddServer } from '../../stream/odd-server.js';
import { printed } from './printed.js';

const { applicationKey, passphrase, password, storePassword, twoFactorCode } = PLANTED;
const LIST = 'SportsAPING/v1.0/listEventTypes';
const MARKET = { op: 'marketSubscription', marketFilter: {} } as const;
const REFUSED = { reply: { status: 'FAIL', error: 'A_CODE_OF_NEXT_YEAR' } };

afterEach(async () => {
  closeOddServers();
  await closeAccounts();
});

/** An account with a secret of each kind. */
async function setUp() {
  const account = await createAccount({ accounts: [{ password, applicationKey }] });
  const { cert, key } = account.simulator.options().certificate;
  const application = await account.start({
    certificate: { cert, key: encrypt(key, passphrase), passphrase },
  });
  return { ...account, ...application, keyLine: key.split('\n')[3] ?? '' };
}

type Scene = Awaited<ReturnType<typeof setUp>>;

/** The error of a stream whose server repeats what it was sent. */
async function ofStream({ sessions }: Scene): Promise<unknown> {
  const server = await OddServer.start((socket) => {
    socket.write('{"op":"connection","connectionId":"1-2"}\r\n');
    socket.once('data', (sent) => {
      const { session, appKey } = JSON.parse(sent.toString());
      const error = { errorCode: 'INVALID_INPUT', errorMessage: `${session} ${appKey}` };
      socket.end(`${JSON.stringify({ op: 'status', statusCode: 'FAILURE', ...error })}\r\n`);
    });
  });
  const stream = new BetfairStream(sessions, server.address);
  const waiting = new Promise((resolve) => {
    stream.status$.subscribe(([status]) => {
      if (status?.state === 'waiting') resolve(status);
    });
  });
  const subscription = stream.messages({ subscription: MARKET }).subscribe();
  const status = await waiting;
  subscription.unsubscribe();
  return status;
}

const post = (sessions: SessionService) => sessions.fetch(RPC, { method: 'POST', body: '{}' });

/** What an application may log, as it comes about. */
const values: Readonly<Record<string, (scene: Scene) => unknown>> = {
  'a session': ({ sessions }) => sessions.getSession(),
  'the service': async ({ sessions }) => [await sessions.getSession(), sessions, sessions.status],
  'the events': async ({ sessions }) => {
    const events: unknown[] = [];
    sessions.events$.subscribe((event) => events.push(event));
    await sessions.getSession();
    await sessions.logout();
    return events;
  },
  'an answer': ({ sessions }) => post(sessions),
  'a lost connection of fetch': ({ sessions, simulator }) => {
    simulator.fail('api', 'reset');
    return errorOf(post(sessions));
  },
  'another origin': async ({ sessions }) => {
    await sessions.getSession();
    return errorOf(sessions.fetch('https://127.0.0.1:1/x'));
  },
  'a failed call': ({ sessions, simulator }) => {
    simulator.fail('api', 'html');
    return errorOf(sessions.call(LIST));
  },
  'a failed run': ({ sessions, simulator }) => {
    simulator.endSessions();
    simulator.fail('api', 'reset');
    return errorOf(sessions.run(() => sessions.call(LIST)));
  },
  'a refused login': ({ sessions, simulator }) => {
    simulator.fail('certLogin', { reply: { loginStatus: `BAD_${applicationKey.toUpperCase()}` } });
    return errorOf(sessions.getSession());
  },
  'a refused two-factor code': async ({ simulator, start }) => {
    const account = simulator.account();
    account.twoFactorCode = 'another code';
    const codes = { login: 'interactive', certificate: undefined } as const;
    const { sessions } = await start({ ...codes, twoFactorCode: () => twoFactorCode });
    const error = await errorOf(sessions.getSession());
    const sent = simulator.requests.map(({ body }) => body).join('\n');
    expect(sent).toContain(twoFactorCode);
    return [error, sessions, sessions.status];
  },
  'a store whose URL has a password': async ({ start }) => {
    const url = `redis://bot:${encodeURIComponent(storePassword)}@127.0.0.1:1`;
    const failed = [url, url.replace('redis:', 'rediss:'), `${url}?password=${storePassword}`];
    return Promise.all(failed.map((storage) => errorOf(start({ storage }))));
  },
  'a refused keepAlive': async ({ sessions, simulator }) => {
    await sessions.getSession();
    simulator.fail('keepAlive', REFUSED);
    return errorOf(sessions.keepAlive());
  },
  'a store that quotes the token': ({ sessions, simulator, storage }) => {
    const fault = () => {
      const [token] = simulator.liveTokens();
      throw Object.assign(new Error(`cannot write ${token}`), { body: token });
    };
    storage.fail('write', fault, { times: 3 });
    return errorOf(sessions.getSession());
  },
  'a stream that is refused': ofStream,
};

it.each(Object.entries(values))('no logger shows a secret of %s', async (_, make) => {
  const scene = await setUp();
  const texts = await printed(await make(scene));
  const { simulator, keyLine } = scene;
  const sent = simulator.requests.flatMap(({ headers }) => headers['x-authentication'] ?? []);
  const tokens = new Set([...sent, ...simulator.liveTokens()]);
  const secretsIn = searchFor([...Object.values(PLANTED), keyLine, ...tokens]);
  expect(secretsIn(texts.join('\n'))).toEqual([]);
  expect(texts.length).toBeGreaterThan(10);
});
