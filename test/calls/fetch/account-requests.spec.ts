import { BetfairSessionError } from 'nestjs-betfair-session';
import { exchange } from '../../../lib/calls/fetch/exchange.js';
import { AccountRequests } from '../../../lib/common/http/account-requests.js';
import type { PooledRequest } from '../../../lib/common/http/waiting-line.js';

describe('the requests of an account that share connections', () => {
  it('are given up when the account is closed while they wait for one', async () => {
    const waiting: PooledRequest[] = [];
    const requests = new AccountRequests({
      dispatcher: { dispatch: (options) => waiting.push(options) > 0 },
      prepare: () => undefined,
      release: async () => undefined,
    });
    const errors: unknown[] = [];
    const sent = exchange(
      requests,
      { origin: 'https://api.betfair.com', path: '/', method: 'GET' },
      { signal: undefined, input: undefined },
    ).catch((error: unknown) => errors.push(error));
    expect([requests.isBusy, waiting[0]?.isGivenUp?.()]).toEqual([true, false]);
    const closed = new BetfairSessionError('closed', { code: 'BETFAIR_CLOSED', retryable: false });
    await requests.destroy(closed);
    await sent;
    expect([requests.isBusy, waiting[0]?.isGivenUp?.(), errors]).toEqual([false, true, [closed]]);
  });
});
