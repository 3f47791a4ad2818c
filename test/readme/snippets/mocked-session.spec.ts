import { Test } from '@nestjs/testing';
import { getSessionOptionsToken, SessionService } from 'nestjs-betfair-session';
import { mockSessionService } from 'nestjs-betfair-session/testing';
import { AppModule } from './app.module.js';
import { DashboardService } from './dashboard.service.js';

const sports = [{ eventType: { id: '2', name: 'Tennis' }, marketCount: 1 }];

it('a service lists the sports', async () => {
  const dashboard = new DashboardService(mockSessionService({ call: () => sports }));
  expect(await dashboard.sports()).toEqual(sports);
});

it('a route lists the sports', async () => {
  const betfair = mockSessionService({
    call: (operation, params) => {
      expect(operation).toBe('SportsAPING/v1.0/listEventTypes');
      expect(params).toEqual({ filter: {} });
      return sports;
    },
  });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(SessionService)
    .useValue(betfair)
    .overrideProvider(getSessionOptionsToken())
    .useValue({
      username: 'none',
      password: 'none',
      applicationKey: 'none',
      login: 'interactive',
      storage: 'mem://',
    })
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0);

  const answer = await fetch(`${await app.getUrl()}/markets`);

  expect(await answer.json()).toEqual(sports);
  await app.close();
});
