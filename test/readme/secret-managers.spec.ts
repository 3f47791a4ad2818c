import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { makeCertificate } from '../identity/support/certificates.js';
import { errorOf, expectNoSecret } from '../identity/support/secrets.js';
import { fromKeyVault, fromSecretsManager, optionsFromSecret } from './snippets/betfair-secret.js';

let simulator: BetfairSimulator;
let app: INestApplicationContext | undefined;
/** What the manager holds by now. */
let secret: object;
let readings: string[];

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  const { username, password, applicationKey, certificate } = simulator.options();
  secret = { username, password, applicationKey, ...certificate };
  readings = [];
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  await simulator.stop();
});

/** Clients of the two managers, as far as the recipe uses them. */
const managers = {
  'Azure Key Vault': () =>
    fromKeyVault(
      {
        async getSecret(name) {
          readings.push(name);
          return { value: JSON.stringify(secret) };
        },
      },
      'betfair',
    ),
  'AWS Secrets Manager': () =>
    fromSecretsManager(
      {
        async getSecretValue({ SecretId }) {
          readings.push(SecretId);
          return { SecretString: JSON.stringify(secret) };
        },
      },
      'betfair',
    ),
};

it.each(Object.entries(managers))(
  'betfair-secret: all of %s is rotated without a restart',
  async (_, read) => {
    const { ca, endpoints } = simulator.options();
    const account = BetfairSessionModule.forRootAsync({
      useFactory: async (): Promise<BetfairSessionOptions> =>
        Object.assign(await optionsFromSecret(read()), { ca, endpoints, storage: 'mem://' }),
    });
    app = await Test.createTestingModule({ imports: [account] }).compile();
    const sessions = app.get(SessionService);
    const first = await sessions.getSession();

    const [certificate, password] = [await makeCertificate(), 'another-password'];
    secret = { ...secret, password, ...certificate };
    Object.assign(simulator.account(), { certificate, password });
    simulator.endSessions();
    await sessions.refresh(first);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
    expect(readings).toEqual(['betfair', 'betfair', 'betfair']);
  },
);

it('betfair-secret: a secret that is no JSON is not quoted', async () => {
  const error = await errorOf(optionsFromSecret(async () => 'canary-password'));
  expect(error).toMatchObject({ message: expect.stringContaining('is not JSON') });
  expectNoSecret(error, ['canary']);
});
