import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { create } from 'axios';
import { got } from 'got';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  FileStorage,
  getSessionOptionsToken,
  type SessionStorage,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { firstValueFrom } from 'rxjs';
import { blocks } from './blocks.js';
import { AccountController } from './snippets/account.controller.js';
import { AppModule } from './snippets/app.module.js';
import { BalanceService } from './snippets/balance.service.js';
import { ConfiguredModule } from './snippets/configured.module.js';
import { DashboardService } from './snippets/dashboard.service.js';
import { EncryptedModule } from './snippets/encrypted.module.js';
import { EncryptedStorage } from './snippets/encrypted.storage.js';
import { ErrorsModule } from './snippets/errors.module.js';
import { AppModule as FirstCallModule } from './snippets/first-call.module.js';
import { FundsModule, FundsService } from './snippets/funds.module.js';
import { HealthController } from './snippets/health.controller.js';
import { codes, InteractiveModule } from './snippets/interactive.module.js';
import { LoginAlarmService } from './snippets/login-alarm.service.js';
import { OrdersService } from './snippets/orders.service.js';
import { MarketsController } from './snippets/reading.controller.js';
import { HealthModule } from './snippets/readiness.controller.js';
import { StatementService } from './snippets/statement.service.js';

let simulator: BetfairSimulator;
let app: INestApplication;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
});

afterEach(async () => {
  await app.close();
  await simulator.stop();
});

async function start(metadata: ModuleMetadata, options: BetfairSessionOptions): Promise<string> {
  const module = await Test.createTestingModule(metadata)
    .overrideProvider(getSessionOptionsToken())
    .useValue(options)
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

/** The module with the simulator's account, as the application around a snippet has it. */
function account(): NonNullable<ModuleMetadata['imports']> {
  return [BetfairSessionModule.forRoot(simulator.options())];
}

it('account.controller: both ways survive the end of the session', async () => {
  const http = create({
    baseURL: `${simulator.url}/exchange/account/rest/v1.0`,
    httpsAgent: new Agent({ ca: simulator.ca }),
    proxy: false,
  });
  const url = await start(
    {
      imports: account(),
      controllers: [AccountController],
      providers: [{ provide: 'BETFAIR_HTTP', useValue: http }],
    },
    simulator.options(),
  );
  for (const [path, expected] of [
    ['funds', { availableToBetBalance: 1_000 }],
    ['balance', { balance: 1_000 }],
  ] as const) {
    await fetch(`${url}/account/${path}`);
    simulator.endSessions();
    const answer = await fetch(`${url}/account/${path}`);
    expect(await answer.json()).toMatchObject(expected);
  }
  expect(simulator.counts).toMatchObject({ logins: 3, calls: 6 });
});

it('reading.controller: both handlers survive the end of the session', async () => {
  const url = await start(
    { imports: account(), controllers: [MarketsController] },
    simulator.options(),
  );
  const ask = async () => [
    (await fetch(`${url}/markets`)).status,
    (await fetch(`${url}/markets/search`, { method: 'POST' })).status,
  ];
  simulator.answer('listEvents', []);
  expect(await ask()).toEqual([200, 201]);
  simulator.endSessions();
  expect(await ask()).toEqual([200, 201]);
  expect(simulator.counts.logins).toBe(2);
});

it('funds.module: the session is in every request of its HttpService', async () => {
  const url = await start({ imports: [...account(), FundsModule] }, simulator.options());
  expect(url).toMatch(/^http/);
  const service = app.get(FundsService, { strict: false });
  await firstValueFrom(service.funds());
  simulator.endSessions();
  expect(await firstValueFrom(service.funds())).toMatchObject({ availableToBetBalance: 1_000 });
  expect(simulator.counts).toMatchObject({ logins: 2, calls: 3 });
});

it('dashboard.service: an operation, several, and a request', async () => {
  await start({ imports: account(), providers: [DashboardService] }, simulator.options());
  simulator.answer('listCurrentOrders', { currentOrders: [], moreAvailable: false });
  const dashboard = app.get(DashboardService);
  expect(await dashboard.sports()).toMatchObject([{ eventType: { name: 'Soccer' } }, {}]);
  simulator.endSessions();
  expect(await dashboard.overview()).toMatchObject({
    sports: [{ eventType: { name: 'Soccer' } }, {}],
    orders: [],
  });
  expect(await dashboard.funds()).toMatchObject({ availableToBetBalance: 1_000 });
  simulator.fail('api', { status: 503 });
  expect(await dashboard.sports()).toEqual([]);
  expect(simulator.counts.logins).toBe(2);
});

it('statement.service: got survives the end of the session', async () => {
  const client = got.extend({
    prefixUrl: `${simulator.url}/exchange/account/rest/v1.0`,
    https: { certificateAuthority: simulator.ca },
  });
  const providers = [StatementService, { provide: 'BETFAIR_GOT', useValue: client }];
  await start({ imports: account(), providers }, simulator.options());
  await app.get(StatementService).funds();
  simulator.endSessions();
  const funds = await app.get(StatementService).funds();
  expect(funds).toMatchObject({ availableToBetBalance: 1_000 });
  expect(simulator.counts).toMatchObject({ logins: 2, calls: 3 });
});

it('balance.service: a client of its own survives the end of the session', async () => {
  const url = `${simulator.url}/exchange/account/rest/v1.0/getAccountFunds/`;
  const https = { certificateAuthority: simulator.ca };
  const ask = (headers: Record<string, string>) =>
    got.post(url, { json: {}, headers, https, throwHttpErrors: false }).json();
  const providers = [BalanceService, { provide: 'BETFAIR_ASK', useValue: ask }];
  await start({ imports: account(), providers }, simulator.options());
  await app.get(BalanceService).balance();
  simulator.endSessions();
  const balance = await app.get(BalanceService).balance();
  expect(balance).toMatchObject({ availableToBetBalance: 1_000 });
  expect(simulator.counts).toMatchObject({ logins: 2, calls: 3 });
});

it('errors.module: a login that is refused is told to the caller', async () => {
  simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
  const url = await start({ imports: [AppModule, ErrorsModule] }, simulator.options());
  const answer = await fetch(`${url}/markets`);
  expect(answer.status).toBe(502);
  expect(await answer.json()).toEqual({
    statusCode: 502,
    error: 'Bad Gateway',
    message: 'Betfair refused the login.',
    code: 'BETFAIR_LOGIN_REJECTED',
  });
});

it('configured.module: gives the session to whoever injects it', async () => {
  await start({ imports: [ConfiguredModule] }, simulator.options());
  await app.get(SessionService).getSession();
  expect(simulator.counts.logins).toBe(1);
});

it('first-call.module: answers the first call', async () => {
  const url = await start({ imports: [FirstCallModule] }, simulator.options());
  const answer = await fetch(`${url}/funds`);
  expect(await answer.json()).toMatchObject({ availableToBetBalance: 1_000 });
});

it('interactive.module: logs in with a two-factor code', async () => {
  simulator.account().twoFactorCode = '654321';
  const code = jest.spyOn(codes, 'next').mockReturnValue('654321');
  const { username, password, applicationKey, endpoints } = simulator.options();
  const directory = await mkdtemp(join(tmpdir(), 'interactive-'));
  const authorities = join(directory, 'ca.crt');
  await writeFile(authorities, simulator.ca);
  const variables = {
    BETFAIR_USERNAME: username,
    BETFAIR_PASSWORD: password,
    BETFAIR_APP_KEY: applicationKey,
    BETFAIR_LOGIN: 'interactive',
    BETFAIR_STORAGE: 'mem://',
    BETFAIR_ENDPOINT_LOGIN: endpoints.login,
    BETFAIR_CA_FILE: authorities,
  };
  Object.assign(process.env, variables);
  try {
    const module = await Test.createTestingModule({ imports: [InteractiveModule] }).compile();
    app = module.createNestApplication({ logger: false });
    await app.get(SessionService).getSession();
    expect(simulator.counts.logins).toBe(1);
    expect(code).toHaveBeenCalledTimes(1);
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    await rm(directory, { recursive: true });
  }
});

it('health.controller and login-alarm.service: a refused login is seen by both', async () => {
  const wake = jest.spyOn(LoginAlarmService.prototype, 'wake');
  simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
  const url = await start(
    { imports: account(), controllers: [HealthController], providers: [LoginAlarmService] },
    simulator.options(),
  );
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await expect(app.get(SessionService).getSession()).rejects.toThrow('ACCOUNT_NOW_LOCKED');
  expect((await fetch(`${url}/health`)).status).toBe(503);
  expect(wake).toHaveBeenCalledTimes(1);
  expect(wake).toHaveBeenCalledWith(expect.stringContaining('ACCOUNT_NOW_LOCKED: Unlock'));
});

it('readiness.controller: is not ready while a login is refused', async () => {
  simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
  const url = await start({ imports: [...account(), HealthModule] }, simulator.options());
  const before = await fetch(`${url}/health/ready`);
  expect(before.status).toBe(200);
  await expect(app.get(SessionService).getSession()).rejects.toThrow('ACCOUNT_NOW_LOCKED');
  const after = await fetch(`${url}/health/ready`);
  expect(after.status).toBe(503);
  expect(await after.json()).toMatchObject({ error: { betfair: blocked() } });
});

it('encrypted.storage: hides the token, resumes it, and replaces what it cannot decrypt', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'encrypted-'));
  const secret = randomBytes(32);
  const run = async () => {
    const storage = new EncryptedStorage(directory, secret);
    await start({ imports: [EncryptedModule] }, { ...simulator.options(), storage });
    const { token } = await app.get(SessionService).getSession();
    const [name = ''] = (await readdir(directory)).filter((file) => file.startsWith('session-'));
    const file = join(directory, name);
    expect(await readFile(file, 'utf8')).not.toContain(token);
    return file;
  };
  await run();
  await app.close();
  const file = await run();
  expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
  await app.close();
  await writeFile(file, 'rubbish');
  await run();
  expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
  await rm(directory, { recursive: true });
});

it('encrypted.storage: says of itself what the files inside it say, and opens and closes them', async () => {
  const directory = join(tmpdir(), `encrypted-${randomBytes(8).toString('hex')}`);
  const secret = randomBytes(32);
  const files: SessionStorage = new FileStorage({ directory });
  const { location, shared, conditionalWrites } = files;
  const storage: SessionStorage = new EncryptedStorage(directory, secret);
  expect(storage).toMatchObject({ location, shared, conditionalWrites });

  await storage.open?.();
  expect(await readdir(directory)).toContain('.gitignore');
  await storage.close?.();
  await rm(directory, { recursive: true });
  const nowhere: SessionStorage = new EncryptedStorage(join(directory, 'too', 'deep'), secret);
  await expect(nowhere.open?.()).rejects.toMatchObject({ code: 'BETFAIR_STORAGE_MISCONFIGURED' });
});

it('orders.service: an order whose answer was lost is one bet, and can be found', async () => {
  await start({ imports: account(), providers: [OrdersService] }, simulator.options());
  const orders = app.get(OrdersService);
  await orders.place(order('bet 1'), 'first');
  simulator.endSessions();
  await orders.place(order('bet 2'), 'second');
  simulator.fail('api', 'reset', { processed: true });
  simulator.fail('api', { status: 503 });
  const answer = await orders.place(order('bet 3'), 'third');
  expect(answer).toMatchObject({ status: 'FAILURE', errorCode: 'DUPLICATE_TRANSACTION' });
  expect(await orders.find('bet 3')).toMatchObject({
    currentOrders: [{ customerOrderRef: 'bet 3' }],
  });
  await expect(orders.place({ marketId: 'no market' }, 'fourth')).rejects.toMatchObject({
    code: 'BETFAIR_API_ERROR',
  });
  expect(simulator.orders.map(({ customerRef }) => customerRef)).toEqual([
    'first',
    'second',
    'third',
  ]);
});

it('orders.service: a refusal after a lost answer does not say that there is no bet', async () => {
  await start({ imports: account(), providers: [OrdersService] }, simulator.options());
  const orders = app.get(OrdersService);
  simulator.fail('api', 'reset', { processed: true });
  simulator.fail('api', { reply: tooManyRequests() });
  expect(await orders.place(order('bet'), 'first')).toMatchObject({
    errorCode: 'DUPLICATE_TRANSACTION',
  });
  simulator.fail('api', 'reset', { processed: true });
  simulator.fail('api', { reply: tooManyRequests() }, { times: Infinity });
  const placed = orders.place(order('another bet'), 'second');
  const lost = expect(placed).rejects.toThrow(TypeError);
  await setTimeout(2_500);
  await app.close();
  await lost;
  expect(simulator.orders).toHaveLength(2);
});

it('orders.service: an order is not sent again after the machine slept', async () => {
  await start({ imports: account(), providers: [OrdersService] }, simulator.options());
  const { now } = Date;
  const date = jest.spyOn(Date, 'now');
  simulator.fail('api', 'reset', { processed: true });
  const placed = app.get(OrdersService).place(order('bet'), 'first');
  const lost = expect(placed).rejects.toThrow(TypeError);
  // The clock that goes on in a sleep.
  while (simulator.orders.length === 0) await setTimeout(10);
  date.mockImplementation(() => now() + 65_000);
  await lost;
  date.mockRestore();
  expect(simulator.counts.calls).toBe(1);
});

function tooManyRequests(): object {
  const data = {
    exceptionname: 'APINGException',
    APINGException: { errorCode: 'TOO_MANY_REQUESTS', errorDetails: '', requestUUID: 'x' },
  };
  return { jsonrpc: '2.0', id: 1, error: { code: -32_099, message: 'ANGX-0008', data } };
}

/** One bet, with a reference by which it can be found. */
function order(customerOrderRef: string): object {
  return {
    marketId: '1.234567890',
    instructions: [
      {
        selectionId: 47_972,
        side: 'BACK',
        orderType: 'LIMIT',
        limitOrder: { size: 2, price: 3.5, persistenceType: 'LAPSE' },
        customerOrderRef,
      },
    ],
  };
}

/** The details that docs/health.md shows. */
function blocked(): unknown {
  const shown = blocks('text').find((text) => text.includes('ACCOUNT_NOW_LOCKED'));
  return JSON.parse(shown ?? '');
}
