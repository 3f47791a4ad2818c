import type { BetfairStream, StreamStatus } from 'nestjs-betfair-session/stream';
import { shownOf } from '../../identity/support/secrets.js';
import type { Stage } from './stage.js';

/** Texts of the simulator's stream, which quote secrets at Betfair. */
const TEXTS_OF_STREAM = [
  'The test wants it so',
  'is not valid',
  'AppKey',
  'not set',
  'Too many connections',
  'Not a message in JSON',
  'is not authenticated',
  'is authenticated already',
  'not subscribed and is idle',
  'subscription to the same data',
];

/** Accounts for the logins of one schedule, and looks for texts that must not be seen. */
export class Ledger {
  /** Sessions that the store held when they ended. */
  ended = 0;
  /** Refusals of sessions that lived. Each may be proof, and cost a login. */
  refusedAlive = 0;
  readonly #logins: number;
  readonly #tokens = new Set<string>();
  readonly #shown = new Set<string>();
  readonly #stop: () => void;

  constructor(
    private readonly stage: Stage,
    stream: BetfairStream,
  ) {
    const { simulator, sessions, other } = stage;
    this.#logins = simulator.counts.logins;
    const subscriptions = [
      ...[sessions, other].map(({ session$ }) =>
        session$.subscribe(({ token }) => this.#tokens.add(token)),
      ),
      stream.status$.subscribe((statuses) => this.#note(statuses)),
    ];
    this.#stop = () => subscriptions.forEach((subscription) => subscription.unsubscribe());
  }

  async endSessions(): Promise<void> {
    const { account, simulator } = this.stage;
    const stored = await account.stored();
    if (stored !== undefined && simulator.liveTokens().includes(stored)) this.ended += 1;
    simulator.endSessions();
  }

  get logins(): number {
    return this.stage.simulator.counts.logins - this.#logins;
  }

  /** What must never happen, in words; empty if it did not. */
  faults(): readonly string[] {
    const { logins, ended, refusedAlive } = this;
    const isRight = logins >= ended && logins <= ended + refusedAlive;
    const cause = `${ended} sessions that ended and ${refusedAlive} that were refused`;
    return [...(isRight ? [] : [`${logins} logins for ${cause}`]), ...this.#faultsOfTexts()];
  }

  close(): void {
    this.#stop();
  }

  #note(statuses: readonly StreamStatus[]): void {
    for (const { error, connectionId } of statuses) {
      if (error) this.#shown.add(shownOf(error));
      this.#shown.add(String(connectionId));
    }
  }

  #faultsOfTexts(): readonly string[] {
    const { loggers, simulator } = this.stage;
    const { applicationKey } = simulator.options();
    const logged = loggers.flatMap(({ lines }) => lines.map(String));
    return [
      ...faultsIn([...this.#shown, ...logged], [applicationKey, ...this.#tokens]),
      // The status may explain what is wrong with a subscription.
      ...faultsIn(logged, TEXTS_OF_STREAM),
    ];
  }
}

/** Finds what should not be seen in texts. */
function faultsIn(texts: readonly string[], hidden: readonly string[]): readonly string[] {
  return hidden.flatMap((text) => {
    const where = texts.find((one) => one.includes(text));
    return where === undefined ? [] : [`"${text}" can be seen in: ${where}`];
  });
}
