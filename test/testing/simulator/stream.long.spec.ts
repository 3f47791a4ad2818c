import { createTestSession, BetfairSimulator } from '../../../lib/testing/index.js';
import { StreamWire } from './stream-wire.js';
import { rightClient } from './wire.js';

it('closes a connection that is silent for 15 seconds and has no subscription', async () => {
  await using simulator = await BetfairSimulator.start();
  const options = simulator.options();
  const token = await rightClient(options).token();
  const message = createTestSession({ ...options, token }).streamAuthentication();
  const [silent, authenticated, subscribed] = Array.from(
    { length: 3 },
    () => new StreamWire(simulator),
  );
  for (const client of [silent, authenticated, subscribed]) await client?.next();
  await authenticated?.ask(message);
  await subscribed?.ask(message);
  await subscribed?.ask({ op: 'marketSubscription' });

  for (const client of [silent, authenticated]) {
    expect(await client?.next()).toMatchObject({ errorCode: 'TIMEOUT', connectionClosed: true });
    await client?.closed;
  }
  expect(await subscribed?.ask({ op: 'heartbeat' })).toMatchObject({ statusCode: 'SUCCESS' });
  subscribed?.destroy();
}, 60_000);
