import type { SessionService } from 'nestjs-betfair-session';
import type { BetfairStream } from 'nestjs-betfair-session/stream';
import type { Ledger } from './ledger.js';
import { Listener } from './listener.js';
import { MARKETS, type Disturbance, type Schedule } from './schedule.arbitrary.js';
import type { Stage } from './stage.js';
import { books, differences, marketTruth, orderTruth, ordersIn } from './truth.js';

type Kind = Schedule['kinds'][number];

/** Milliseconds on the clock after which a subscription must be served again, when nothing disturbs it any more. */
const RECOVERY_MS = 300_000;
/** Times that what is known is compared with a truth that goes on meanwhile. */
const ATTEMPTS = 20;
const SELECTIONS = [47_972, 47_973] as const;

/** Plays one schedule. */
export class Player {
  readonly listeners = new Map<Kind, Listener>();
  messages = 0;
  conflated = 0;
  #block: { readonly ms: number; readonly realMs: number } | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly stream: BetfairStream,
    private readonly ledger: Ledger,
    private readonly schedule: Schedule,
  ) {
    for (const kind of schedule.kinds) this.#listen(kind);
  }

  async play(): Promise<void> {
    const { clock } = this.stage;
    for (const { disturbance, ms } of this.schedule.steps) {
      await this.#disturb(disturbance);
      await clock.advance(ms);
    }
  }

  /** Ends the disturbances. Returns what the listeners then know wrongly. */
  async findings(): Promise<readonly string[]> {
    const { simulator, pipe } = this.stage;
    simulator.clearFaults();
    pipe.release();
    this.#block = undefined;
    const findings: string[] = [];
    for (const [kind, listener] of this.listeners) {
      findings.push(...(await this.#compare(kind, listener)));
      const { images } = listener;
      if (this.#isResumable && images !== 1) findings.push(`${images} images of the ${kind}s`);
    }
    return findings;
  }

  end(): readonly string[] {
    return [...this.listeners.keys()].flatMap((kind) => this.#stopListening(kind));
  }

  #listen(kind: Kind): void {
    const { stream } = this;
    const { heartbeatMs, conflateMs, segmentationEnabled, fields, ladderLevels } = this.schedule;
    const settings = { heartbeatMs, conflateMs };
    const messages$ =
      kind === 'order'
        ? stream.messages({
            ...settings,
            subscription: { op: 'orderSubscription', segmentationEnabled },
          })
        : stream.messages({
            ...settings,
            subscription: {
              op: 'marketSubscription',
              segmentationEnabled,
              marketFilter: { marketIds: this.#marketIds },
              marketDataFilter: { fields, ladderLevels },
            },
          });
    this.listeners.set(kind, new Listener(messages$, () => this.#holdUp()));
  }

  #stopListening(kind: Kind): readonly string[] {
    const listener = this.listeners.get(kind);
    this.messages += listener?.messages ?? 0;
    this.conflated += listener?.conflated ?? 0;
    return listener?.end() ?? [];
  }

  /** Tells if every connection must go on where the one before ended. */
  get #isResumable(): boolean {
    return this.schedule.steps.every(({ disturbance }) => {
      const { step } = disturbance;
      if (step === 'refuse') return disturbance.code !== 'INVALID_CLOCK';
      return step !== 'garble' && step !== 'resubscribe';
    });
  }

  get #marketIds(): readonly string[] {
    return MARKETS.slice(0, this.schedule.markets);
  }

  /** Compares a cache with the API at the moment of a message that has all there is. */
  async #compare(kind: Kind, listener: Listener): Promise<readonly string[]> {
    const { clock, sessions, wall } = this.stage;
    const from = clock.monotonic();
    let findings: readonly string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const message = await this.#until(listener, from + RECOVERY_MS);
      if (!message) return [`no ${kind} message for ${RECOVERY_MS / 1_000} s`];
      if (message.pt !== wall()) continue;
      // Prices may change at the moment of a heartbeat.
      await clock.advance(0);
      const truth =
        kind === 'order'
          ? await orderTruth(sessions)
          : await marketTruth(sessions, this.#marketIds, this.schedule);
      const known = () => (kind === 'order' ? ordersIn(listener.cache) : listener.cache.values);
      await clock.settle();
      findings = differences(known(), truth);
      if (findings.length === 0) return [];
      // A heartbeat says nothing of changes that are collected; nor are orders told that are matched because of a look.
      const isComplete = kind === 'market' && message.ct !== 'HEARTBEAT';
      if (isComplete || this.schedule.conflateMs === 0) break;
    }
    return [`${kind}: ${findings.slice(0, 3).join('; ') || 'never compared'}`];
  }

  /** Lets time pass until a listener hears something. */
  #until(listener: Listener, end: number) {
    const { clock } = this.stage;
    const late = new Promise<undefined>((resolve) => {
      clock.timer(() => resolve(undefined), end - clock.monotonic());
    });
    return clock.until(Promise.race([listener.heard(), late]));
  }

  #holdUp(): void {
    if (!this.#block) return;
    const { ms, realMs } = this.#block;
    this.#block = undefined;
    const end = performance.now() + realMs;
    while (performance.now() < end);
    this.stage.clock.jump(ms);
  }

  async #disturb(disturbance: Disturbance): Promise<void> {
    const { clock, simulator, sessions, other, pipe } = this.stage;
    const { stream } = simulator;
    switch (disturbance.step) {
      case 'cut':
        return stream.cut();
      case 'silence':
        return stream.silence();
      case 'garble':
        return stream.garble();
      case 'late':
        stream.late = !stream.late;
        return;
      case 'endSessions':
        return this.ledger.endSessions();
      case 'refuseCall':
        return this.#refuseCall(disturbance.isOther ? other : sessions);
      case 'refuse': {
        const { code, times, op } = disturbance;
        if (code === 'INVALID_SESSION_INFORMATION') this.ledger.refusedAlive += times;
        stream.fail(code, { times, op });
        return stream.cut();
      }
      case 'block':
        this.#block = disturbance;
        return;
      case 'jump':
        return clock.jump(disturbance.ms);
      case 'setWallBack':
        return clock.setWallBack(disturbance.ms);
      case 'place':
        return this.#place(disturbance);
      case 'cancel':
        return this.#try(sessions.call('SportsAPING/v1.0/cancelOrders'));
      case 'hold':
        return pipe.hold();
      case 'failAfter':
        for (const bytes of disturbance.bytes) pipe.failAfter(bytes);
        return stream.cut();
      case 'resubscribe':
        for (const kind of this.listeners.keys()) {
          this.#stopListening(kind);
          this.#listen(kind);
        }
    }
  }

  async #place({
    market,
    side,
    depth,
    size,
  }: Extract<Disturbance, { step: 'place' }>): Promise<void> {
    const { sessions } = this.stage;
    const marketId = MARKETS[market] ?? MARKETS[0];
    const selectionId = SELECTIONS[size % 2] ?? SELECTIONS[0];
    const place = async () => {
      const [book] = await books(sessions, [marketId]);
      const ex = book?.runners.find((runner) => runner.selectionId === selectionId)?.ex;
      // Near the best prices, so that it is matched now, later or never.
      const offers = [...(ex?.availableToBack ?? []).slice(0, 2), ...(ex?.availableToLay ?? [])];
      const { price } = offers[depth] ?? { price: 2 };
      const limitOrder = { size, price, persistenceType: 'LAPSE' };
      const instructions = [{ selectionId, side, orderType: 'LIMIT', limitOrder }];
      await sessions.call('SportsAPING/v1.0/placeOrders', { marketId, instructions });
    };
    return this.#try(place());
  }

  async #refuseCall(service: SessionService): Promise<void> {
    const { simulator } = this.stage;
    let left = 1;
    const end = simulator.rejectCalls(() => left-- > 0);
    this.ledger.refusedAlive += 1;
    await this.#try(service.call('SportsAPING/v1.0/listEventTypes'));
    end();
  }

  /** Lets as much time pass as the work needs, which may fail: its session may have ended. */
  async #try(work: Promise<unknown>): Promise<void> {
    await this.stage.clock.until(work.catch(() => undefined));
  }
}
