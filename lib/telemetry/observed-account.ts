import type {
  Attributes,
  BatchObservableCallback,
  BatchObservableResult,
  Meter,
} from '@opentelemetry/api';
import { STATE } from './attributes.js';
import { quietly } from './quietly.js';
import { type ObservedAccount, STATES } from './telemetry.js';
import { inSeconds, type Instruments } from './telemetry.metrics.js';

/** Values of an account that is closed. */
const CLOSED = {
  state: undefined,
  timeLeft: 0,
  certificateTimeLeft: undefined,
  isUnstored: false,
  isLoginBlocked: false,
};

/**
 * Shows the state of an account whenever metrics are collected.
 *
 * @internal
 * @returns function that ends it
 */
export function observeAccount(
  meter: Meter,
  { status, unstored, loginBlocked, timeLeft, certificateTimeLeft }: Instruments,
  account: Attributes,
  look: () => ObservedAccount,
): () => void {
  const gauges = [status, unstored, loginBlocked, timeLeft, certificateTimeLeft];
  const show = (result: BatchObservableResult, seen: ObservedAccount | typeof CLOSED): void => {
    for (const state of STATES) {
      result.observe(status, Number(state === seen.state), { ...account, [STATE]: state });
    }
    result.observe(unstored, Number(seen.isUnstored), account);
    result.observe(loginBlocked, Number(seen.isLoginBlocked), account);
    result.observe(timeLeft, inSeconds(seen.timeLeft), account);
    if (seen.certificateTimeLeft === undefined) return;
    result.observe(certificateTimeLeft, inSeconds(seen.certificateTimeLeft), account);
  };
  const add = (callback: BatchObservableCallback) =>
    quietly(() => meter.addBatchObservableCallback(callback, gauges));
  const remove = (callback: BatchObservableCallback) =>
    quietly(() => meter.removeBatchObservableCallback(callback, gauges));
  const collect: BatchObservableCallback = (result) => {
    quietly(() => show(result, look()));
  };
  add(collect);
  return () => {
    remove(collect);
    // The SDK repeats the last values for as long as the process lives, so an alert would never end.
    const collectLast: BatchObservableCallback = (result) => {
      quietly(() => show(result, CLOSED));
      // Not at once: the SDK is going through its callbacks.
      queueMicrotask(() => remove(collectLast));
    };
    add(collectLast);
  };
}
