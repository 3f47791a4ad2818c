import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { closeAccounts, createAccount, times } from '../../support/account.js';

afterEach(closeAccounts);

it('requests that wait for a connection belong to the trace of their own caller', async () => {
  const { start } = await createAccount();
  const { sessions } = await start({ storage: 'mem://' });
  await sessions.getSession();
  const caller = new AsyncLocalStorage<number>();
  const seen: (number | undefined)[] = [];
  // Where tracers look for the span of a request.
  const note = () => void seen.push(caller.getStore());
  subscribe('undici:request:create', note);
  try {
    const calls = times(30, (id) =>
      caller.run(id, () => sessions.call('SportsAPING/v1.0/listEventTypes')),
    );
    await Promise.all(calls);
  } finally {
    unsubscribe('undici:request:create', note);
  }
  expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(times(30, (id) => id));
});
