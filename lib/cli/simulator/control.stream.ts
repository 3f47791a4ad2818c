import { isStreamErrorCode, STREAM_ERROR_CODES } from '../../stream/protocol/stream.refusals.js';
import type {
  SimulatorStream,
  SimulatorStreamFailOptions,
} from '../../testing/simulator/stream/simulated-stream.js';
import { readBody, readTimes, timesText } from './control.body.js';

type RefusableOp = NonNullable<SimulatorStreamFailOptions['op']>;

/** Disturbances, by the value of `do`. */
const DISTURBANCES: ReadonlyMap<unknown, (stream: SimulatorStream) => void> = new Map<
  unknown,
  (stream: SimulatorStream) => void
>([
  ['cut', (stream) => stream.cut()],
  ['silence', (stream) => stream.silence()],
  ['garble', (stream) => stream.garble()],
  ['late', (stream) => void (stream.late = true)],
  ['on-time', (stream) => void (stream.late = false)],
]);

const OPS: Readonly<Record<RefusableOp, true>> = { authentication: true, subscription: true };

const MEMBERS = ['do', 'errorCode', 'op', 'times'];

/**
 * Disturbs the stream as the body of a request asks, such as `{ "do": "cut" }`.
 *
 * @param wrong - receives every fault of the body; nothing is done if there is one
 * @returns the disturbance, with the defaults of members that the body left out
 */
export function disturbStream(
  stream: SimulatorStream,
  body: string,
  wrong: string[],
): object | undefined {
  const wish = readBody(body, { members: MEMBERS, needed: '"do"' }, wrong);
  if (wish?.['do'] === 'fail') return fail(stream, wish, wrong);
  if (wish === undefined) return undefined;
  const disturb = DISTURBANCES.get(wish['do']);
  if (!disturb) wrong.push(`do: must be one of ${[...DISTURBANCES.keys(), 'fail'].join(', ')}.`);
  for (const name of ['errorCode', 'op', 'times']) {
    if (disturb && name in wish) wrong.push(`${name}: is allowed only with "do": "fail".`);
  }
  if (!disturb || wrong.length > 0) return undefined;
  disturb(stream);
  return { do: wish['do'] };
}

function fail(
  stream: SimulatorStream,
  wish: Readonly<Record<string, unknown>>,
  wrong: string[],
): object | undefined {
  const { errorCode, op = 'authentication' } = wish;
  const isCode = isStreamErrorCode(errorCode);
  if (!isCode) wrong.push(`errorCode: must be one of ${STREAM_ERROR_CODES.join(', ')}.`);
  const isOp = isOneOf(OPS, op);
  if (!isOp) wrong.push(`op: must be one of ${Object.keys(OPS).join(', ')}.`);
  const times = readTimes(wish['times'], wrong);
  if (!isCode || !isOp || wrong.length > 0) return undefined;
  stream.fail(errorCode, { op, times });
  return { do: 'fail', errorCode, op, times: timesText(times) };
}

function isOneOf<T extends string>(known: Readonly<Record<T, true>>, value: unknown): value is T {
  return typeof value === 'string' && Object.hasOwn(known, value);
}
