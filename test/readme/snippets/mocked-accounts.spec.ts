import { Test } from '@nestjs/testing';
import {
  type BetfairSessionOptions,
  getSessionServiceToken,
  SessionService,
} from 'nestjs-betfair-session';
import { betfairSessionConfig, betfairSessionConfigFor } from 'nestjs-betfair-session/config';
import { mockSessionService } from 'nestjs-betfair-session/testing';
import { TwoAccountsModule } from './two-accounts.module.js';

const options: BetfairSessionOptions = {
  username: 'none',
  password: 'none',
  applicationKey: 'none',
  login: 'interactive',
  storage: 'mem://',
};

it('the Italian account shows its funds', async () => {
  const funds = { availableToBetBalance: 5 };
  const module = await Test.createTestingModule({ imports: [TwoAccountsModule] })
    .overrideProvider(SessionService)
    .useValue(mockSessionService())
    .overrideProvider(getSessionServiceToken('italy'))
    .useValue(mockSessionService({ call: () => funds }))
    .overrideProvider(betfairSessionConfig.KEY)
    .useValue(options)
    .overrideProvider(betfairSessionConfigFor('italy').KEY)
    .useValue(options)
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0);

  const answer = await fetch(`${await app.getUrl()}/accounts/italy`);

  expect(await answer.json()).toEqual(funds);
  await app.close();
});
