import * as fc from 'fast-check';
import { INVALID } from './rejections.fixture.js';

/** What Betfair's services answer, with everything in it that may vary. */

/** A list of words, written as one text. */
export function words(list: string): readonly string[] {
  return list.split(' ');
}

export const text: fc.Arbitrary<string> = fc.string({ maxLength: 20 });
const id = fc.oneof(fc.integer(), text, fc.constant(null));

/** Numbers that alone, with no code beside them, say that the session is invalid. */
const INVALID_NUMBERS = ['ANGX-0003', 'AANGX-0002', 'HBT-0002'] as const;

/** The other business exceptions, and faults of the framework, by number. */
const OTHER_NUMBERS = [
  ...words('ANGX-0001 ANGX-0002 ANGX-0004 ANGX-0005 ANGX-0012 ANGX-0013 ANGX-00033 angx-0003'),
  ...words('AANGX-0001 AANGX-0003 AANGX-0010 AANGX-0012 HBT-0001 HBT-0003 HBT-0004 HBT-0005'),
  ...words('DSC-0008 DSC-0018 DSC-0021'),
  'see ANGX-0003',
  'ANGX-0003: HBT-0002',
  '',
];

const otherCode: fc.Arbitrary<string> = fc
  .oneof(
    fc.constantFrom(
      ...words(
        'NO_SESSION NO_APP_KEY INVALID_APP_KEY ACCESS_DENIED TOO_MANY_REQUESTS SERVICE_BUSY',
      ),
      ...words('TIMEOUT_ERROR UNEXPECTED_ERROR INVALID_INPUT_DATA TOO_MUCH_DATA'),
      ...words('REQUEST_SIZE_EXCEEDS_LIMIT SUBSCRIPTION_EXPIRED'),
      `${INVALID}S`,
    ),
    fc.string({ minLength: 1, maxLength: 20 }),
  )
  .filter((code) => code !== INVALID);

const SERVICES = [
  { name: 'APINGException', number: fc.constant('ANGX-0003') },
  { name: 'AccountAPINGException', number: fc.constant('AANGX-0002') },
  { name: 'APINGException', number: fc.constant('HBT-0002') },
  // No recording shows the numbers of Scores and Race Status, nor what a service to come is called.
  { name: 'APINGException', number: text },
  { name: 'RaceStatusAPINGException', number: text },
] as const;

/** The members of an object in another order: in JSON they have none. */
function anyOrder<T extends object>(objects: fc.Arbitrary<T>): fc.Arbitrary<object> {
  return fc.tuple(objects, fc.nat(7), fc.boolean()).map(([object, turn, reversed]) => {
    const members = Object.entries(object);
    const turned = members.slice(turn % members.length).concat(members.slice(0, turn));
    return Object.fromEntries(reversed ? turned.toReversed() : turned);
  });
}

/** What names the exception: the service's number, and the object that holds its code. */
function exceptions(code: fc.Arbitrary<string>) {
  return fc.constantFrom(...SERVICES).chain(({ name, number }) => {
    const exception = anyOrder(
      fc.record(
        { requestUUID: text, errorCode: code, errorDetails: text },
        { requiredKeys: ['errorCode'] },
      ),
    );
    const named = exception.map((value) => ({ [name]: value, exceptionname: name }));
    // Only these two are known by name, where nothing else says which member it is.
    const isKnown = name === 'APINGException' || name === 'AccountAPINGException';
    const detail = isKnown
      ? fc.oneof(
          anyOrder(named),
          exception.map((value) => ({ [name]: value })),
        )
      : anyOrder(named);
    return fc.record({ number, detail });
  });
}

/** Exceptions of which only the number is left. */
function numbers(number: fc.Arbitrary<string>) {
  return fc.record({ number, detail: fc.constantFrom(undefined, null, {}, '', []) });
}

function rpcErrors(exception: ReturnType<typeof exceptions | typeof numbers>) {
  return exception.map(({ number, detail }) => ({
    code: -32_099,
    message: number,
    ...(detail !== undefined && { data: detail }),
  }));
}

function rpcReplies(errors: ReturnType<typeof rpcErrors>) {
  return anyOrder(
    fc.record(
      { jsonrpc: fc.constant('2.0'), error: errors, id },
      { requiredKeys: ['jsonrpc', 'error'] },
    ),
  );
}

function restFaults(exception: ReturnType<typeof exceptions | typeof numbers>) {
  return anyOrder(
    exception.map(({ number, detail }) => ({
      faultcode: 'Client',
      faultstring: number,
      ...(detail !== undefined && { detail }),
    })),
  );
}

function streamStatuses(errorCode: fc.Arbitrary<string>, statusCode = 'FAILURE') {
  return anyOrder(
    fc.record(
      {
        op: fc.constant('status'),
        statusCode: fc.constant(statusCode),
        errorCode,
        id,
        errorMessage: text,
        connectionClosed: fc.boolean(),
        connectionId: text,
      },
      { requiredKeys: ['op', 'statusCode', 'errorCode'] },
    ),
  );
}

const invalid = fc.oneof(
  { arbitrary: exceptions(fc.constant(INVALID)), weight: 4 },
  { arbitrary: numbers(fc.constantFrom(...INVALID_NUMBERS)), weight: 1 },
);

/** The error of a JSON-RPC reply that was refused for its session, as JSON-RPC clients throw it. */
export const refusedRpcError = rpcErrors(invalid);
export const refusedRpcReply = rpcReplies(refusedRpcError);
export const refusedRestFault = restFaults(invalid);
export const refusedStreamStatus = streamStatuses(fc.constant(INVALID));

/** Every body that says that the whole call was refused for its session. */
export const refusedBody: fc.Arbitrary<object> = fc.oneof(
  refusedRpcReply,
  refusedRestFault,
  refusedStreamStatus,
  fc.array(refusedRpcReply, { minLength: 1, maxLength: 8 }),
);

const other = fc.oneof(
  // The code decides, whatever number stands beside it.
  exceptions(otherCode),
  numbers(fc.constantFrom(...OTHER_NUMBERS)),
);

export const otherRpcError = rpcErrors(other);
const otherRpcReply = rpcReplies(otherRpcError);
export const otherRestFault = restFaults(other);

/** Names under which records of calls keep what was answered; none of them is where an exception lies. */
const PLACES = [
  ...words('result entries last previous answer rejection response data body cause error detail'),
  ...words('marketId runners errorCode status headers'),
];

/** Something of any shape with a rejection somewhere inside, at most `depth` levels down, and never at its top. */
function mention(depth: number): fc.Arbitrary<object> {
  const leaf: fc.Arbitrary<unknown> = fc.oneof(
    fc.oneof(refusedBody, refusedRpcError, fc.constantFrom(INVALID, 'ANGX-0003')),
    refusedBody.map((body) => JSON.stringify(body)),
  );
  const inside = depth <= 1 ? leaf : fc.oneof(leaf, mention(depth - 1));
  return fc.oneof(
    fc
      .tuple(
        fc.dictionary(fc.constantFrom(...PLACES), fc.oneof(inside, id)),
        fc.constantFrom(...PLACES),
        inside,
      )
      .map(([rest, place, value]) => ({ ...rest, [place]: value })),
    // A list of envelopes would be a batch; one element that is none makes it a list of something else.
    fc.array(inside, { maxLength: 3 }).map((list) => [...list, { marketId: '1.2', list }]),
  );
}

const succeededReply = anyOrder(
  fc.record({
    jsonrpc: fc.constant('2.0'),
    result: fc.oneof(fc.constantFrom<unknown>([], {}, 'ok', 0, false), mention(3)),
    id,
  }),
);

/** Every body that says something else, however much it looks like a refusal. */
export const otherBody: fc.Arbitrary<unknown> = fc.oneof(
  otherRpcReply,
  otherRestFault,
  streamStatuses(otherCode),
  streamStatuses(fc.constant(INVALID), 'SUCCESS'),
  succeededReply,
  fc.tuple(succeededReply, refusedRpcError).map(([reply, error]) => ({ ...reply, error })),
  fc.array(fc.oneof(otherRpcReply, succeededReply), { maxLength: 8 }),
  mention(4),
  refusedBody.map((body) => [[body]]),
  refusedBody.map((body) => `<html>${JSON.stringify(body)}</html>`),
  // JSON in JSON: text that quotes an envelope is none.
  refusedBody.map((body) => JSON.stringify(JSON.stringify(body))),
  fc.constantFrom(undefined, null, '', INVALID, 'ANGX-0003', 400, true),
);

/** Batches of which a part was refused and another part got through, or may have. */
export const mixedBatch: fc.Arbitrary<readonly object[]> = fc
  .tuple(
    fc.array(refusedRpcReply, { minLength: 1, maxLength: 5 }),
    fc.array(fc.oneof(otherRpcReply, succeededReply), { minLength: 1, maxLength: 5 }),
    fc.nat(5),
  )
  .map(([refused, others, at]) => [...refused.slice(at), ...others, ...refused.slice(0, at)])
  // Mentions inside mentions have made one of 66 KB: longer than any body that is looked into.
  .filter((batch) => JSON.stringify(batch).length < 30_000);
