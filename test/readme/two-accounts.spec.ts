import { Test } from '@nestjs/testing';
import { betfairSessionConfig, betfairSessionConfigFor } from 'nestjs-betfair-session/config';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import { TwoAccountsModule } from './snippets/two-accounts.module.js';

it('the two accounts of docs/accounts.md are served each with its own session', async () => {
  const simulator = await BetfairSimulator.start({
    accounts: [{ username: 'main' }, { username: 'italy', jurisdiction: 'italy' }],
  });
  simulator.answer('getAccountFunds', (_params, { username }) => ({ owner: username }));
  const module = await Test.createTestingModule({ imports: [TwoAccountsModule] })
    .overrideProvider(betfairSessionConfig.KEY)
    .useValue(simulator.options('main'))
    .overrideProvider(betfairSessionConfigFor('italy').KEY)
    .useValue(simulator.options('italy'))
    .setLogger(new RecordingLogger())
    .compile();
  const app = module.createNestApplication();
  await app.listen(0);
  const url = await app.getUrl();
  expect(await (await fetch(`${url}/accounts/italy`)).json()).toEqual({ owner: 'italy' });
  const status = await (await fetch(`${url}/accounts`)).json();
  expect(status).toMatchObject({ main: { state: 'empty' }, italy: { state: 'ready' } });
  await app.close();
  await simulator.stop();
});
