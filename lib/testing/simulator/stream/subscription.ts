import { flagOf, textOf, wholeNumberOf, type Params } from '../api/params.js';
import type { ChangeSource } from './change.source.js';
import { ClockText } from './clock.text.js';
import { idOf } from './stream.status.js';

const HEARTBEAT_MS = { least: 500, most: 5_000 };
const CONFLATION_MS = { least: 0, most: 120_000 };

/** A client's wish to be told of something, and how. */
export interface Subscription {
  /** That of the message, which all change messages carry. */
  readonly id: { readonly id?: number };
  readonly source: ChangeSource;
  readonly heartbeatMs: number;
  readonly conflateMs: number;
  readonly isSegmented: boolean;
  readonly clk: ClockText;
  readonly initialClk: string;
  /** The position that the client has, if it resumes. */
  readonly since: number | undefined;
}

/**
 * Reads a message that subscribes to a source. Times out of Betfair's bounds become the nearest ones within.
 *
 * @returns undefined if it resumes from where nobody has been
 * @throws SimulatedApiError a member is not of the type that Betfair knows
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
