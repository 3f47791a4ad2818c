import { systemClock } from '../../common/clock.js';
import { SimulatedAccount } from './accounts/simulated-account.js';
import { SimulatedAccounts } from './accounts/simulated-accounts.js';
import type { AnswerHandler } from './api/answer.table.js';
import type { CallPredicate } from './api/simulated-api.js';
import { clientCertificate, serverCertificate } from './http/certificates.js';
import type { SimulatorFault, SimulatorFaultOptions } from './http/faults.js';
import type { SimulatorCounts, SimulatorEndpoint, SimulatorRequest } from './http/request.js';
import { resolveLimits } from './limits.js';
import type { SimulatedOrder } from './orders/order-book.js';
import { RequestRecord } from './request.record.js';
import { sessionOptions, type SimulatorSessionOptions } from './session-options.js';
import { createServices, type SimulatedServices } from './simulated-services.js';
import { type Interceptor, SimulatorHosts } from './simulator.hosts.js';
import { type BetfairSimulatorOptions, wholeMilliseconds } from './simulator-options.js';
import type { SimulatorStream } from './stream/simulated-stream.js';

/**
 * Simulated Betfair on 127.0.0.1, for tests: the identity service, the APIs with a few markets, and the Stream API of
 * these markets. It accepts every form of request that Betfair is known to accept, and refuses mistakes in Betfair's
 * words; see `docs/simulator.md`. {@link requests} has the HTTP requests; messages to the Stream API are not recorded.
 *
 * ```ts
 * await using betfair = await BetfairSimulator.start();
 * const module = await Test.createTestingModule({
 *   imports: [BetfairSessionModule.forRoot(betfair.options())],
 * }).compile();
 * ```
 */
export class BetfairSimulator {
  /** HTTP requests so far, oldest first. The list grows until {@link clearRequests}. */
  readonly requests: readonly SimulatorRequest[];

  private constructor(
    private readonly accounts: SimulatedAccounts,
    private readonly record: RequestRecord,
    private readonly services: SimulatedServices,
    private readonly hosts: SimulatorHosts,
    /** Certificate of the authority that signed the servers' certificate, PEM. */
    readonly ca: string,
  ) {
    this.requests = record.requests;
  }

  /**
   * Starts a simulator.
   *
   * @throws BetfairConfigurationError there is no account, two have the same name, or a limit is not valid
   */
  static async start({
    accounts = [{}],
    clock = systemClock,
    seed = 1,
    limits = {},
    port = 0,
    server,
  }: BetfairSimulatorOptions = {}): Promise<BetfairSimulator> {
    const resolved = resolveLimits(limits);
    const [presented, ...clients] = await Promise.all([
      server ?? serverCertificate(),
      ...accounts.map(async (options, index) => {
        const certificate = options.certificate ?? (await clientCertificate(index + 1));
        return new SimulatedAccount(options, index, certificate);
      }),
    ]);
    const known = new SimulatedAccounts(clients, clock, resolved);
    const time = wholeMilliseconds(clock);
    const record = new RequestRecord(known, time);
    const services = createServices(known, time, presented, seed, resolved);
    const hosts = new SimulatorHosts(known, record, services);
    try {
      await hosts.listen(port, presented);
    } catch (error) {
      await hosts.stop();
      throw error;
    }
    return new BetfairSimulator(known, record, services, hosts, presented.ca);
  }

  /** Base of the API, and origin of login, keepAlive and logout: `https://127.0.0.1:<port>`. */
  get url(): string {
    return this.hosts.urls.main;
  }

  /** The Stream API: its address, its connections, and ways to disturb it. */
  get stream(): SimulatorStream {
    return this.services.stream;
  }

  /** Snapshot of the numbers of requests so far. */
  get counts(): SimulatorCounts {
    return this.record.counts;
  }

  /** Orders that `placeOrders` accepted, in order. */
  get orders(): readonly SimulatedOrder[] {
    return this.services.orders.orders;
  }

  /**
   * Options for a session with an account, by default the first.
   *
   * @throws BetfairConfigurationError there is no such account
   */
  options(username?: string): SimulatorSessionOptions {
    const { host, port } = this.stream;
    const hosts = { ...this.hosts.urls, stream: `${host}:${port}` };
    return sessionOptions(this.accounts.get(username), this.ca, hosts);
  }

  /**
   * An account, by default the first. Changes to it apply from the next request.
   *
   * @throws BetfairConfigurationError there is no such account
   */
  account(username?: string): SimulatedAccount {
    return this.accounts.get(username);
  }

  /** Tokens of an account's live sessions, oldest first; by default those of the first account. */
  liveTokens(username?: string): readonly string[] {
    return this.accounts.liveTokens(this.accounts.get(username));
  }

  /** Tells if an account, or any, was ever banned for more than 100 logins in a minute. */
  banned(username?: string): boolean {
    const accounts = username === undefined ? this.accounts.all : [this.accounts.get(username)];
    return accounts.some((account) => account.banned);
  }

  /**
   * Ends all sessions, or those of one account, as Betfair may at any time. Their stream connections get
   * `INVALID_SESSION_INFORMATION` and are closed at once, as after a logout. (If a session expires, this happens at the
   * next message.) Betfair does not document the moment: this is the simulator's choice.
   */
  endSessions(username?: string): void {
    this.accounts.endSessions(username);
    this.services.stream.check();
  }

  /** Makes the next requests to an endpoint fail. Faults of one endpoint are used in their order. */
  fail(
    endpoint: SimulatorEndpoint,
    fault: SimulatorFault,
    options: SimulatorFaultOptions = {},
  ): void {
    this.hosts.faults.add(endpoint, fault, options);
  }

  /** Drops the waiting faults of one endpoint, or of all endpoints and the stream. */
  clearFaults(endpoint?: SimulatorEndpoint): void {
    this.hosts.faults.clear(endpoint);
    if (endpoint === undefined) this.services.stream.clearFailures();
  }

  /**
   * Sets the answer of an API operation.
   *
   * @param method - such as `'SportsAPING/v1.0/listMarketBook'`, or `'listMarketBook'` for the service that has it. A
   *   new name without a prefix is added to all services
   * @param answer - the result, or a function that makes it; a function may be async, and may throw `SimulatedApiError`
   */
  answer(method: string, answer: AnswerHandler | object | string | number | boolean | null): void {
    this.services.api.setAnswer(method, answer);
  }

  /**
   * Refuses API calls with `INVALID_SESSION_INFORMATION` although their session is alive, also for keepAlive.
   *
   * @returns a function that ends this
   */
  rejectCalls(predicate: CallPredicate): () => void {
    return this.services.api.rejectCalls(predicate);
  }

  /** Forgets the recorded requests; the counts stay. */
  clearRequests(): void {
    this.record.clear();
  }

  /** @internal Counts further requests, and keeps none of them. */
  countOnly(): void {
    this.record.countOnly();
  }

  /** @internal Sets a function that can answer requests to the API's host before they are recorded. */
  intercept(interceptor: Interceptor): void {
    this.hosts.intercept = interceptor;
  }

  /** Closes servers and connections at once. Further calls do nothing. */
  stop(): Promise<void> {
    return this.hosts.stop();
  }

  /** Stops the simulator at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
