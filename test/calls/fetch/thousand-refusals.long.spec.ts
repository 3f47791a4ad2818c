import { closeAccounts, createAccount, times } from '../../support/account.js';
import { post, RPC, rpcCall, sends } from '../../support/betting.js';
import { INVALID } from '../rejections.fixture.js';

afterEach(closeAccounts);

it('fetch makes one login of a thousand refusals at one moment, and sends each request twice', async () => {
  const { simulator, start } = await createAccount();
  const { sessions } = await start({ storage: 'mem://' });
  // Calls that get through, so that the refusals are proof, and that open the connections not all at once.
  for (let wave = 32; wave <= 512; wave += 32) {
    const call = (id: number) =>
      sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, `${wave}/${id}`)));
    await Promise.all(times(wave, async (id) => (await call(id)).text()));
  }
  simulator.endSessions();
  simulator.clearRequests();
  const answers = await Promise.all(
    times(1_000, async (id) => {
      const response = await sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, id)));
      return response.text();
    }),
  );
  expect(answers.filter((answer) => answer.includes(INVALID))).toEqual([]);
  expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 0 });
  const counts = Object.values(sends(simulator));
  expect(counts).toHaveLength(1_000);
  expect(Math.max(...counts)).toBe(2);
}, 180_000);
