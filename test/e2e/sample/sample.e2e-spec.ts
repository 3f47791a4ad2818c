import { SchedulerRegistry } from '@nestjs/schedule';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { type RunningSample, startSample } from './support/sample-application.js';

const ORDER = { marketId: '1.234567890', selectionId: 47_972, side: 'BACK', size: 2, price: 1.5 };

let simulator: BetfairSimulator;
let sample: RunningSample;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
});

afterEach(async () => {
  await sample.close();
  await simulator.stop();
});

function requestsFor(operation: string): number {
  return simulator.requests.filter(({ apiMethods }) => apiMethods?.includes(operation)).length;
}

describe('GET /markets', () => {
  it('answers with one login, however many ask', async () => {
    sample = await startSample(simulator.options());
    const answers = await Promise.all(Array.from({ length: 20 }, () => sample.get('/markets')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await answers[0]?.json()).toContainEqual({
      marketId: ORDER.marketId,
      name: expect.stringMatching(/^\w+ v \w+: Over\/Under 2\.5 Goals$/),
      runners: [
        {
          selectionId: ORDER.selectionId,
          name: 'Under 2.5 Goals',
          back: expect.any(Number),
          lay: expect.any(Number),
        },
        expect.objectContaining({ name: 'Over 2.5 Goals' }),
      ],
    });
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1, calls: 40 });
  });

  it('answers with one login more after the session ended at Betfair', async () => {
    sample = await startSample(simulator.options());
    await sample.get('/markets');
    simulator.endSessions();
    const answer = await sample.get('/markets');
    expect(answer.status).toBe(200);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2, calls: 5 });
  });

  it('says 503, and does not repeat it', async () => {
    sample = await startSample(simulator.options());
    simulator.fail('api', { status: 503 });
    const answer = await sample.get('/markets');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      code: 'BETFAIR_API_ERROR',
      message: 'Betfair answered a call with an error.',
    });
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });
});

describe('POST /orders', () => {
  it('is accepted exactly once', async () => {
    sample = await startSample(simulator.options());
    const answer = await sample.post('/orders', ORDER);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      status: 'SUCCESS',
      instructionReports: [{ sizeMatched: 2, orderStatus: 'EXECUTION_COMPLETE' }],
    });
    expect(simulator.orders).toHaveLength(1);
    expect(simulator.orders[0]?.customerRef).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is accepted exactly once where the session died just before', async () => {
    sample = await startSample(simulator.options());
    await sample.get('/markets');
    simulator.endSessions();
    const answer = await sample.post('/orders', ORDER);
    expect(answer.status).toBe(201);
    expect(simulator.orders).toHaveLength(1);
    expect(requestsFor('placeOrders')).toBe(2);
    expect(simulator.counts.logins).toBe(2);
  });

  it('is not sent again where the answer was lost, for the order may be placed', async () => {
    sample = await startSample(simulator.options());
    simulator.fail('api', 'reset', { processed: true });
    const answer = await sample.post('/orders', ORDER);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(simulator.orders).toHaveLength(1);
    expect(requestsFor('placeOrders')).toBe(1);
  });

  it('is placed once where the client sends it twice with one customerRef', async () => {
    sample = await startSample(simulator.options());
    await sample.post('/orders', { ...ORDER, customerRef: 'mine-1' });
    const second = await sample.post('/orders', { ...ORDER, customerRef: 'mine-1' });
    expect(await second.json()).toMatchObject({ errorCode: 'DUPLICATE_TRANSACTION' });
    expect(simulator.orders).toHaveLength(1);
  });

  it.each([
    ['marketId', { ...ORDER, marketId: undefined }],
    ['selectionId', { ...ORDER, selectionId: '47972' }],
    ['side', { ...ORDER, side: 'back' }],
    ['size', { ...ORDER, size: 0 }],
    ['price', { ...ORDER, price: null }],
    ['customerRef', { ...ORDER, customerRef: 'x'.repeat(33) }],
  ])('refuses an order without a proper %s, and sends nothing', async (field, order) => {
    sample = await startSample(simulator.options());
    const answer = await sample.post('/orders', order);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(`${field}:`);
    expect(requestsFor('placeOrders')).toBe(0);
  });
});

describe('the scheduled job', () => {
  it('is registered, and calls Betfair with a session, also after that ended', async () => {
    sample = await startSample(simulator.options());
    const job = sample.app.get(SchedulerRegistry).getCronJob('market-watch');
    expect(sample.scheduled).toBe(true);
    await job.fireOnTick();
    simulator.endSessions();
    await job.fireOnTick();
    // The second one was refused for its session and sent again.
    expect(requestsFor('listMarketCatalogue')).toBe(3);
    expect(simulator.counts.logins).toBe(2);
  });
});

describe('GET /health', () => {
  it('shows the status of the session', async () => {
    sample = await startSample(simulator.options());
    await sample.get('/markets');
    const answer = await sample.get('/health');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      state: 'ready',
      persisted: true,
      expiresAt: expect.stringMatching(/^\d{4}-/),
    });
  });

  it('says 503 once Betfair has refused the login, which is attempted once', async () => {
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    sample = await startSample(simulator.options());
    for (let request = 0; request < 3; request++) {
      expect((await sample.get('/markets')).status).toBe(502);
    }
    const answer = await sample.get('/health');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ state: 'blocked' });
    expect(simulator.counts.loginAttempts).toBe(1);
  });
});

describe('the simulator’s endpoints', () => {
  it('do not exist where the application talks to somebody else', async () => {
    sample = await startSample(simulator.options());
    expect((await sample.get('/simulator/counts')).status).toBe(404);
    expect((await sample.post('/simulator/end-session', {})).status).toBe(404);
  });
});
