import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { createSessions } from '../support/application.js';

describe('smoke', () => {
  it('works', async () => {
    const simulator = await BetfairSimulator.start();
    const { module, sessions } = await createSessions(simulator.options());
    const got = await Promise.all(Array.from({ length: 1000 }, () => sessions.getSession()));
    expect(new Set(got).size).toBe(1);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
    const call = () =>
      sessions.fetch('/exchange/betting/json-rpc/v1', {
        method: 'POST',
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SportsAPING/v1.0/listEventTypes', params: { filter: {} } }),
      });
    console.log(await (await call()).text(), simulator.counts, sessions.status);
    simulator.endSessions();
    console.log(await (await call()).text(), simulator.counts, sessions.status);
    await sessions.keepAlive();
    await sessions.logout();
    console.log(simulator.counts, sessions.status);
    await module.close();
    await simulator.stop();
  });
});
