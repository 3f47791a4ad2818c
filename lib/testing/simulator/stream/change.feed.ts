import type { Clock, ClockTimer } from '../../../common/clock.js';
import { changeMessages } from './change.message.js';
import type { Subscription } from './subscription.js';

/** Outlet for change messages. */
export interface ChangeOutlet {
  /** False while the client does not read. */
  readonly isReady: boolean;
  /** Sends change messages; stops the feed instead if the session has ended. */
  sendChanges(messages: readonly object[]): void;
}

/** Sends the change messages of one subscription: an opening, then changes, or heartbeats if nothing changes. */
export class ChangeFeed {
  /** Position that the client has; `undefined` before the opening. */
  #position: number | undefined;
  #isStopped = false;
  /** True from a change until `conflateMs` have passed. */
  #isConflating = false;
  /** True if changes were held back, so that the next message joins several. */
  #isLate = false;
  #isLooking = false;
  readonly #timers: Partial<Record<'look' | 'heartbeat' | 'conflation', ClockTimer>> = {};
  readonly #stopListening: () => void;

  constructor(
    private readonly subscription: Subscription,
    private readonly outlet: ChangeOutlet,
    private readonly clock: Pick<Clock, 'wall' | 'timer'>,
  ) {
    this.#stopListening = subscription.source.onChange(() => this.#lookSoon());
    this.#beatLater();
  }

  /** Sends changes, if they are due. */
  look(): void {
    if (this.#isStopped) return;
    const { source } = this.subscription;
    const position = source.update();
    if (!this.outlet.isReady || this.#isConflating) this.#isLate = true;
    else if (this.#position === undefined) this.#open(position);
    else if (position !== this.#position) this.#sendChanges(this.#position, position);
    const ms = source.untilNext();
    if (ms === undefined) this.#timers.look?.cancel();
    else this.#set('look', ms, () => this.look());
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopListening();
    for (const timer of Object.values(this.#timers)) timer.cancel();
  }

  /** Reads the source once after all bets of an order were placed. */
  #lookSoon(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    queueMicrotask(() => {
      this.#isLooking = false;
      this.look();
    });
  }

  #open(position: number): void {
    const { source, since, initialClk, heartbeatMs, conflateMs } = this.subscription;
    const ct = since === undefined ? 'SUB_IMAGE' : 'RESUB_DELTA';
    this.#send(position, source.changes(since), { ct, heartbeatMs, conflateMs }, { initialClk });
  }

  #sendChanges(since: number, position: number): void {
    const { source } = this.subscription;
    const changes = source.changes(since);
    const isConflated = this.#isLate && source.op === 'mcm';
    this.#isLate = false;
    if (changes.length === 0) this.#position = position;
    else
      this.#send(position, isConflated ? changes.map((one) => ({ ...one, con: true })) : changes);
  }

  #send(
    position: number,
    changes: readonly object[],
    header: object = {},
    clocks: object = {},
  ): void {
    const { source, id, clk, conflateMs, isSegmented } = this.subscription;
    this.#position = position;
    this.#isLate = false;
    const members = { ...id, ...header, pt: this.clock.wall() };
    const texts = { ...clocks, clk: clk.write(position) };
    this.outlet.sendChanges(changeMessages(source.op, members, texts, changes, isSegmented));
    this.#beatLater();
    if (conflateMs === 0) return;
    this.#isConflating = true;
    this.#set('conflation', conflateMs, () => {
      this.#isConflating = false;
      this.look();
    });
  }

  #beatLater(): void {
    this.#set('heartbeat', this.subscription.heartbeatMs, () => this.#beat());
  }

  #beat(): void {
    const { source, id, clk } = this.subscription;
    if (this.outlet.isReady && this.#position !== undefined) {
      const members = { op: source.op, ...id, ct: 'HEARTBEAT', pt: this.clock.wall() };
      this.outlet.sendChanges([{ ...members, clk: clk.write(this.#position) }]);
    }
    this.#beatLater();
  }

  #set(name: 'look' | 'heartbeat' | 'conflation', ms: number, callback: () => void): void {
    this.#timers[name]?.cancel();
    if (!this.#isStopped) this.#timers[name] = this.clock.timer(callback, ms);
  }
}
