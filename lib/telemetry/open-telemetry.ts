import type * as Api from '@opentelemetry/api';
import type { Clock } from '../common/clock.js';
import { text } from '../common/unknown-values.js';
import type { ReplyReport } from '../identity/reply.report.js';
import type { EndedOperation } from '../storage/monitored.storage.js';
import { ACCOUNT, ERROR_TYPE, OPERATION, OUTCOME, SCOPE } from './attributes.js';
import { observeAccount } from './observed-account.js';
import { quietly } from './quietly.js';
import { RenewalSpan } from './renewal.span.js';
import type { ObservedAccount, RenewalOutcome, Telemetry } from './telemetry.js';
import { createInstruments, inSeconds, type Instruments } from './telemetry.metrics.js';

/** Reports one account to the OpenTelemetry of the application, whose errors it ignores. */
export class OpenTelemetry implements Telemetry {
  readonly #account: Api.Attributes;
  readonly #clock: Clock;
  readonly #meter: Api.Meter;
  readonly #instruments: Instruments;
  readonly #span: RenewalSpan;
  #stopObserving: (() => void) | undefined;

  /** @internal */
  constructor(api: typeof Api, account: string, clock: Clock) {
    this.#account = { [ACCOUNT]: account };
    this.#clock = clock;
    this.#meter = api.metrics.getMeter(SCOPE);
    this.#instruments = createInstruments(this.#meter);
    this.#span = new RenewalSpan(api, this.#account);
    // From the start, so that the first rejection is an increase.
    quietly(() => this.#instruments.rejections.add(0, this.#account));
  }

  async renewal<T extends RenewalOutcome>(renew: () => Promise<T>): Promise<T> {
    const began = this.#clock.monotonic();
    const note = (outcome: string, code?: string) => {
      this.#span.end(outcome, code);
      const labels = this.#labels(code, { [OUTCOME]: outcome });
      const seconds = inSeconds(this.#clock.monotonic() - began);
      quietly(() => this.#instruments.renewalDuration.record(seconds, labels));
    };
    try {
      const result = await this.#span.run(renew);
      note(result.outcome);
      return result;
    } catch (error) {
      note('failed', text(error, 'code') ?? 'unknown');
      throw error;
    }
  }

  joinRenewal(): void {
    this.#span.link();
  }

  noteReply({ operation, outcome, code, ms }: ReplyReport): void {
    const labels = this.#labels(code, { [OUTCOME]: outcome });
    const { keepAliveDuration, logins } = this.#instruments;
    quietly(() => {
      if (operation === 'login') logins.add(1, labels);
      if (operation === 'keepAlive') keepAliveDuration.record(inSeconds(ms), labels);
    });
  }

  noteStored({ operation, code, ms }: EndedOperation): void {
    const labels = this.#labels(code, { [OPERATION]: operation });
    quietly(() => this.#instruments.storeDuration.record(inSeconds(ms), labels));
  }

  noteRejection(): void {
    quietly(() => this.#instruments.rejections.add(1, this.#account));
  }

  observe(look: () => ObservedAccount): void {
    this.close();
    this.#stopObserving = observeAccount(this.#meter, this.#instruments, this.#account, look);
  }

  close(): void {
    this.#stopObserving?.();
    this.#stopObserving = undefined;
  }

  #labels(code: string | undefined, labels: Api.Attributes): Api.Attributes {
    return { ...this.#account, ...labels, ...(code !== undefined && { [ERROR_TYPE]: code }) };
  }
}
