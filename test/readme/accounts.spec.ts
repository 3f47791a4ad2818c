import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CanActivate, type ExecutionContext, Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { type BetfairSessionOptions, MemoryStorage, SessionAccounts } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import { printFunds } from './snippets/funds.script.js';
import { TenantSettings, TenantsModule, TenantsService } from './snippets/tenants.module.js';

let simulator: BetfairSimulator;

beforeEach(async () => {
  simulator = await BetfairSimulator.start({
    accounts: [{ username: 'ada' }, { username: 'bob' }],
  });
  simulator.answer('getAccountFunds', (_params, { username }) => ({ owner: username }));
});

afterEach(() => simulator.stop());

function optionsOf(username: string): BetfairSessionOptions {
  return { ...simulator.options(username), storage: new MemoryStorage() };
}

/** Knows the tenant of a request by its key, as a guard of an application does. */
class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    request.tenant = { 'key of ada': 'ada', 'key of bob': 'bob' }[String(request.headers['x-key'])];
    return request.tenant !== undefined;
  }
}

@Global()
@Module({
  providers: [
    {
      provide: TenantSettings,
      useFactory: () => ({
        all: async () =>
          new Map([
            ['ada', optionsOf('ada')],
            ['typo', { ...optionsOf('ada'), applicationKey: '' }],
            ['bob', optionsOf('bob')],
          ]),
      }),
    },
    { provide: APP_GUARD, useClass: KeyGuard },
  ],
  exports: [TenantSettings],
})
class SurroundingsModule {}

it('the tenants of docs/accounts.md are served each with its own session', async () => {
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({ imports: [SurroundingsModule, TenantsModule] })
    .setLogger(logger)
    .compile();
  const app = module.createNestApplication();
  try {
    await app.listen(0, '127.0.0.1');
    const funds = async (tenant: string) => {
      const headers = { 'x-key': `key of ${tenant}` };
      return fetch(`${await app.getUrl()}/funds`, { headers });
    };
    expect(await (await funds('ada')).json()).toEqual({ owner: 'ada' });
    expect(await (await funds('bob')).json()).toEqual({ owner: 'bob' });
    expect((await funds('eve')).status).toBe(403);
    expect(app.get(SessionAccounts).names).toEqual(expect.arrayContaining(['ada', 'bob']));
    expect(logger.lines.map(String).join()).toContain('applicationKey');
    await app.get(TenantsService).remove('bob');
    expect(app.get(SessionAccounts).names).toEqual(['ada']);
    expect(simulator.liveTokens('bob')).toEqual([]);
    expect(simulator.counts.logins).toBe(2);
  } finally {
    await app.close();
  }
});

it('the script of docs/accounts.md prints what can be bet', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'script-'));
  const before = { ...process.env };
  try {
    const { ca, endpoints, username, password, applicationKey } = simulator.options('ada');
    await writeFile(join(folder, 'ca.pem'), ca);
    Object.assign(process.env, {
      BETFAIR_USERNAME: username,
      BETFAIR_PASSWORD: password,
      BETFAIR_APP_KEY: applicationKey,
      BETFAIR_LOGIN: 'interactive',
      BETFAIR_STORAGE: 'mem://',
      BETFAIR_CA_FILE: join(folder, 'ca.pem'),
      BETFAIR_ENDPOINT_LOGIN: endpoints.login,
      BETFAIR_ENDPOINT_API: endpoints.api,
    });
    await printFunds();
    expect(log).toHaveBeenCalledWith({ owner: 'ada' });
  } finally {
    log.mockRestore();
    process.env = before;
    await rm(folder, { recursive: true });
  }
});
