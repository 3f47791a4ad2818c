import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { ACCOUNTS, startDesk } from './desk.js';

afterEach(closeAccounts);

describe('several accounts in one application', () => {
  it('never send a token of one in a request of another, in ten thousand mixed calls while sessions end', async () => {
    const { simulator, invariants } = await createAccount({ accounts: [...ACCOUNTS] });
    const directory = await mkdtemp(join(tmpdir(), 'accounts-'));
    const { desk, module } = await startDesk(simulator, directory, invariants);
    const services = { alice: desk.alice, bruno: desk.bruno, carla: desk.carla };
    const names = Object.keys(services);
    const ended = new Map<string, number>();
    simulator.answer('listEventTypes', (_params, { username }) => [{ owner: username }]);
    const body = JSON.stringify({ filter: {} });
    for (let batch = 0; batch < 100; batch++) {
      if (batch % 25 === 10) {
        const name = names[batch % 3] ?? 'alice';
        simulator.endSessions(name);
        ended.set(name, (ended.get(name) ?? 0) + 1);
      }
      const answers = times(100, async () => {
        const [name, sessions] =
          Object.entries(services)[Math.floor(Math.random() * names.length)] ?? [];
        const response = await sessions?.fetch('/exchange/betting/rest/v1.0/listEventTypes/', {
          method: 'POST',
          body,
        });
        return { name, answer: await response?.json() };
      });
      for (const { name, answer } of await Promise.all(answers)) {
        expect(answer).toEqual([{ owner: name }]);
      }
    }
    for (const name of names) {
      expect(simulator.account(name).logins).toBe(1 + (ended.get(name) ?? 0));
    }
    await module.close();
  }, 180_000);
});
