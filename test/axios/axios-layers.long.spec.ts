import { HttpModule, HttpService } from '@nestjs/axios';
import { Controller, Get, Inject, type OnModuleInit, Post } from '@nestjs/common';
import { type AxiosInstance, type AxiosResponse, isAxiosError } from 'axios';
import {
  attachBetfairSession,
  CurrentSession,
  isInvalidSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { map } from 'rxjs';
import { INVALID, refused, succeeded } from '../calls/rejections.fixture.js';
import { closeAccounts } from '../support/account.js';
import { placeOrders, refuse, RPC, rpcCall, sends, until } from '../support/betting.js';
import { closeServed, serve } from '../support/http-application.js';
import { closeAgents, createAxios, setUp, setUpDead } from './attached.js';

afterEach(async () => {
  closeAgents();
  await closeAccounts();
  await closeServed();
});

const A = rpcCall('listEventTypes', undefined, 'A');
const B = rpcCall('listMarketBook', {}, 'B');
const SUCCESS = { result: expect.any(Array) };

describe('an attached axios instance inside run', () => {
  it('repeats its request itself, and run does not', async () => {
    const { http, sessions, simulator } = await setUpDead();
    let runs = 0;
    const work = () =>
      sessions.run(() => {
        runs += 1;
        return http.post<unknown>(RPC, A);
      });
    expect((await work()).data).toMatchObject(SUCCESS);
    expect(runs).toBe(1);
    expect(sends(simulator)).toEqual({ A: 2 });

    simulator.clearRequests();
    refuse(simulator, 'listEventTypes');
    expect((await work()).data).toMatchObject({ error: expect.anything() });
    expect(runs).toBe(2);
    expect(sends(simulator)).toEqual({ A: 2 });
    expect(simulator.counts.logins).toBe(3);
  });

  it.each<[string, (http: AxiosInstance) => Promise<unknown>, boolean]>([
    ['got through', async (http: AxiosInstance) => http.post(RPC, placeOrders()), false],
    [
      'timed out',
      async (http: AxiosInstance) => {
        await http.post(RPC, placeOrders(), { timeout: 200 }).catch(() => undefined);
      },
      true,
    ],
  ])('keeps run from repeating what it %s with', async (_, order, hung) => {
    const { http, sessions, simulator } = await setUp();
    await sessions.getSession();
    if (hung) simulator.fail('api', 'hung', { processed: true });
    await sessions.run(async (session) => {
      await order(http);
      simulator.endSessions();
      return createAxios(simulator).post(simulator.url + RPC, B, { headers: session.headers() });
    });
    expect(sends(simulator)).toEqual({ order: 1, B: 1 });
    expect(simulator.orders).toHaveLength(1);
    await until(() => sessions.current?.generation === 2);
  });

  it('keeps run from repeating while it is open', async () => {
    const { http, sessions, simulator } = await setUp();
    await sessions.getSession();
    simulator.fail('api', 'hung', { processed: true });
    const controller = new AbortController();
    let runs = 0;
    let order: Promise<unknown> | undefined;
    await sessions.run(async () => {
      runs += 1;
      const { signal } = controller;
      order = http.post(RPC, placeOrders(), { signal }).catch(() => undefined);
      await until(() => simulator.orders.length === 1);
      simulator.endSessions();
      return refused;
    });
    controller.abort();
    await order;
    expect(runs).toBe(1);
    expect(simulator.orders).toHaveLength(1);
  });

  it('repeats each of several open requests once', async () => {
    const { http, sessions, simulator } = await setUpDead();
    const [a, b] = await sessions.run(() =>
      Promise.all([http.post<unknown>(RPC, A), http.post<unknown>(RPC, B)]),
    );
    expect([a.data, b.data]).toEqual([
      expect.objectContaining(SUCCESS),
      expect.objectContaining(SUCCESS),
    ]);
    expect(sends(simulator)).toEqual({ A: 2, B: 2 });
    expect(simulator.counts.logins).toBe(2);
  });
});

describe('an attached HttpService inside handlers', () => {
  @Controller()
  class TestController implements OnModuleInit {
    static runs = 0;

    constructor(
      @Inject(HttpService) private readonly http: HttpService,
      @Inject(SessionService) private readonly sessions: SessionService,
    ) {}

    onModuleInit() {
      attachBetfairSession(this.http.axiosRef, this.sessions);
    }

    @Get()
    @UseBetfairSession()
    list() {
      TestController.runs += 1;
      return this.http.post<unknown>(RPC, A).pipe(map(({ data }) => data));
    }

    @Get('unmanaged')
    unmanaged() {
      return this.http.post<unknown>(RPC, A).pipe(map(({ data }) => data));
    }

    @Post()
    @UseBetfairSession({ retry: 'once' })
    async order(@CurrentSession() session: object) {
      TestController.runs += 1;
      expect(session).toBeDefined();
      await this.http.axiosRef.post(RPC, placeOrders());
      const { data } = await this.http.axiosRef.post<unknown>(RPC, B);
      return data;
    }
  }

  async function start() {
    TestController.runs = 0;
    return serve(({ simulator }) => ({
      imports: [
        HttpModule.registerAsync({
          useFactory: () => ({
            httpsAgent: createAxios(simulator).defaults.httpsAgent,
            proxy: false,
          }),
        }),
      ],
      controllers: [TestController],
    }));
  }

  it('repeats its request itself, and the handler does not run again', async () => {
    const { get, simulator } = await start();
    for (const path of ['/', '/unmanaged']) {
      await get(path);
      simulator.endSessions();
      simulator.clearRequests();
      expect(await (await get(path)).text()).toContain('Soccer');
      expect(sends(simulator)).toEqual({ A: 2 });
    }
    expect(TestController.runs).toBe(2);
    refuse(simulator, 'listEventTypes');
    simulator.clearRequests();
    expect(await (await get('/')).text()).toContain(INVALID);
    // The third refusal of a minute is checked, and the session lives.
    expect(sends(simulator)).toEqual({ A: 1 });
    expect(TestController.runs).toBe(3);
  });

  it('keeps a handler from running again after an order got through', async () => {
    const { post, simulator } = await start();
    refuse(simulator, 'listMarketBook');
    expect(await (await post('/')).text()).toContain(INVALID);
    expect(TestController.runs).toBe(1);
    expect(sends(simulator)).toEqual({ order: 1, B: 2 });
    expect(simulator.orders).toHaveLength(1);
  });
});

describe('an attached axios instance beside an interceptor that submits failed requests again', () => {
  const MOST = 4;

  /** What applications and packages such as `axios-retry` do; `again` says when. */
  function retrying(again: (outcome: unknown) => boolean) {
    return (http: AxiosInstance) => {
      const attempts = new Map<string, number>();
      const retry = (outcome: unknown, config: AxiosResponse['config'] | undefined) => {
        const key = String(config?.data);
        const count = attempts.get(key) ?? 0;
        attempts.set(key, count + 1);
        return again(outcome) && config && count < MOST ? http.request(config) : undefined;
      };
      http.interceptors.response.use(
        (response) => retry(response.data, response.config) ?? response,
        (error: unknown) => {
          const retried = retry(error, isAxiosError(error) ? error.config : undefined);
          if (retried === undefined) throw error;
          return retried;
        },
      );
    };
  }

  const whens = ['before', 'after'] as const;

  describe.each(whens)('installed %s', (when) => {
    async function setUpRetrying(install: (http: AxiosInstance) => void) {
      const attached = await setUp({}, when === 'before' ? install : undefined);
      if (when === 'after') install(attached.http);
      await attached.sessions.getSession();
      return attached;
    }

    it('sends it with the new session if that is accepted', async () => {
      const { http, simulator } = await setUpRetrying(retrying(isInvalidSession));
      simulator.endSessions();
      expect((await http.post<unknown>(RPC, A)).data).toMatchObject(SUCCESS);
      expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
    });

    it('lets it repeat a GET after a 503 as it is written', async () => {
      const { http, sent, simulator } = await setUpRetrying(retrying(on503));
      simulator.fail('api', { status: 503 }, { times: 3 });
      simulator.fail('api', { reply: succeeded });
      expect((await http.get<unknown>(RPC)).data).toEqual(succeeded);
      expect(sent()).toHaveLength(4);
      simulator.fail('api', { status: 503 }, { times: Infinity });
      await expect(http.get(`${RPC}?again`)).rejects.toMatchObject({ status: 503 });
      expect(sent()).toHaveLength(4 + 1);
      expect(simulator.counts.logins).toBe(1);
    });

    it('replaces a session that ends while it repeats', async () => {
      const { http, sent, simulator } = await setUpRetrying(retrying(on503));
      simulator.endSessions();
      simulator.fail('api', { status: 503 });
      simulator.fail('api', { reply: refused });
      simulator.fail('api', { reply: succeeded });
      expect((await http.post<unknown>(RPC, A)).data).toEqual(succeeded);
      expect(sent()).toHaveLength(3);
      expect(simulator.counts.logins).toBe(2);
    });
  });

  it('repeats a request whose config is used for another one that succeeded before', async () => {
    const { http, simulator } = await setUp();
    const { config } = await http.post(RPC, A);
    for (const round of [2, 3]) {
      simulator.endSessions();
      expect((await http.request<unknown>(config)).data).toMatchObject(SUCCESS);
      expect(simulator.counts.logins).toBe(round);
    }
    await until(() => simulator.counts.calls === 5);
  });
});

function on503(outcome: unknown): boolean {
  return isAxiosError(outcome) && outcome.status === 503;
}
