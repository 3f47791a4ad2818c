import { flagOf, textOf, wholeNumberOf, type Params } from '../api/params.js';
import type { ChangeSource } from './change.source.js';
import { ClockText } from './clock.text.js';
import { idOf } from './stream.status.js';

const HEARTBEAT_MS = { least: 500, most: 5_000 };
const CONFLATION_MS = { least: 0, most: 120_000 };

/** A subscription of a client, with its options. */
export interface Subscription {
  /** Id of the message, which all change messages carry. */
  readonly id: { readonly id?: number };
  readonly source: ChangeSource;
  readonly heartbeatMs: number;
  readonly conflateMs: number;
  readonly isSegmented: boolean;
  readonly clk: ClockText;
  readonly initialClk: string;
  /** Position of the client, if it resumes. */
  readonly since: number | undefined;
}

/**
 * Reads a message that subscribes to a source. Times outside Betfair's limits become the nearest allowed ones.
 *
 * @returns `undefined` if it resumes from an unknown position
 * @throws SimulatedApiError a member has a type that Betfair does not accept
 */
export function readSubscription(
  message: Params,
  source: ChangeSource,
  simulator: string,
): Subscription | undefined {
  const [initial, last] = [textOf(message, 'initialClk'), textOf(message, 'clk')];
  const boundTo = [simulator, source.op, source.criteria];
  const [initialClk, clk] = [
    new ClockText('initialClk', ...boundTo),
    new ClockText('clk', ...boundTo),
  ];
  const isSegmented = flagOf(message, 'segmentationEnabled') ?? false;
  const heartbeatMs = timeOf(message, 'heartbeatMs', HEARTBEAT_MS) ?? HEARTBEAT_MS.most;
  const conflateMs = timeOf(message, 'conflateMs', CONFLATION_MS) ?? CONFLATION_MS.least;
  const terms = { id: idOf(message) ?? {}, source, heartbeatMs, conflateMs, isSegmented, clk };
  const now = source.update();
  if (initial === undefined && last === undefined) {
    return { ...terms, initialClk: initialClk.write(now), since: undefined };
  }
  if (initial === undefined || last === undefined) return undefined;
  const since = clk.read(last);
  if (initialClk.read(initial) === undefined || since === undefined || since > now)
    return undefined;
  return { ...terms, initialClk: initial, since };
}

function timeOf(
  message: Params,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const time = wholeNumberOf(message, name);
  return time === undefined ? undefined : Math.min(Math.max(time, least), most);
}
