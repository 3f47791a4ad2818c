import { AccountRequests } from '../../../lib/common/http/account-requests.js';
import { dispatcherTo, loadUndici } from '../../../lib/common/http/undici.js';
import type { PooledRequest } from '../../../lib/common/http/waiting-line.js';

beforeAll(async () => void (await loadUndici()));

describe('the requests of an account that share connections', () => {
  it('are given up when the account is closed while they wait for one', async () => {
    const waiting: PooledRequest[] = [];
    const requests = new AccountRequests({
      dispatcher: dispatcherTo({
        dispatch: (options) => waiting.push(options) > 0,
        destroy: async () => undefined,
      }),
      prepare: () => undefined,
      release: async () => undefined,
    });
    const errors: Error[] = [];
    requests.dispatch(
      { origin: 'https://api.betfair.com', path: '/', method: 'GET' },
      { onResponseError: (_controller, error) => void errors.push(error) },
    );
    expect([requests.isBusy, waiting[0]?.isGivenUp?.()]).toEqual([true, false]);
    const closed = new Error('closed');
    await requests.destroy(closed);
    expect([requests.isBusy, waiting[0]?.isGivenUp?.(), errors]).toEqual([false, true, [closed]]);
  });
});
