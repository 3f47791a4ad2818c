import { BetfairStream } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { merge, map } from 'rxjs';
import { createSessions, type TestApplication } from '../support/application.js';
import { until } from '../support/betting.js';

let simulator: BetfairSimulator;
let application: TestApplication;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  application = await createSessions(simulator.options());
});

afterEach(async () => {
  await application.close();
  await simulator.stop();
});

it('is subscribed once the image, and after a cut what was missed, was handed on', async () => {
  const stream = new BetfairStream(application.sessions);
  const seen: unknown[] = [];
  const running = merge(
    stream.messages({ subscription: { op: 'orderSubscription' } }).pipe(map(({ ct }) => ct)),
    stream.status$.pipe(map(([status]) => status?.state)),
  ).subscribe((event) => seen.push(event));
  const subscribed = () => seen.filter((event) => event === 'subscribed').length;

  await until(() => subscribed() === 1);
  simulator.stream.cut();
  await until(() => subscribed() === 2);
  running.unsubscribe();
  expect(seen).toEqual([
    'connecting',
    'SUB_IMAGE',
    'subscribed',
    'waiting',
    'connecting',
    'RESUB_DELTA',
    'subscribed',
  ]);
});

it('logs in again after a logout while somebody listens, and not once nobody does', async () => {
  const { sessions } = application;
  const stream = new BetfairStream(sessions);
  const running = stream.messages({ subscription: { op: 'orderSubscription' } }).subscribe();
  await until(() => stream.status[0]?.state === 'subscribed');
  await sessions.logout();
  await until(() => simulator.stream.counts.subscriptions === 2);
  expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1 });

  running.unsubscribe();
  await sessions.logout();
  await until(() => simulator.stream.counts.open === 0);
  expect(stream.status).toEqual([]);
  expect(simulator.counts).toMatchObject({ logins: 2, logouts: 2 });
});
