import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { BetfairIdentityUnavailableError, isInvalidSession } from 'nestjs-betfair-session';
import { inspectFailure, inspectOutcome } from './looks.js';
import { mixedBatch, otherBody, refusedBody } from './answers.arbitraries.js';
import {
  errorOfClient,
  errorOfNest,
  errorWithBody,
  form,
  otherError,
  outageStatus,
  refusalStatus,
  refusedError,
  wrapped,
} from './carriers.arbitraries.js';

/** Errors that are looked at along a chain, and so may stand around the last one. */
const AROUND_ERROR = { min: 0, max: 7 };
/** A body is a link of the chain as well. */
const AROUND_BODY = { min: 0, max: 7 };

const anyStatus = fc.oneof(refusalStatus, outageStatus);

function carried(
  bodies: fc.Arbitrary<unknown>,
  status: fc.Arbitrary<number>,
  carriers: fc.Arbitrary<(body: unknown, status: number) => unknown>,
): fc.Arbitrary<unknown> {
  return fc
    .tuple(bodies, form, status, carriers)
    .map(([body, write, code, carry]) => carry(write(body), code));
}

const isNoAnswer = (body: unknown) =>
  typeof body !== 'object' || body === null || !('data' in body || 'body' in body);

const formed = (bodies: fc.Arbitrary<unknown>) =>
  fc.tuple(bodies, form).map(([body, write]) => write(body));

/** Shows the whole value where it fails; fast-check prints of an error no more than its message. */
function expectVerdict(value: unknown, expected: boolean): void {
  const verdict = isInvalidSession(value);
  if (verdict !== expected) throw new Error(`${verdict}: ${inspect(value, { depth: 9 })}`);
}

const counts = (value: unknown) => expectVerdict(value, true);
const doesNot = (value: unknown) => expectVerdict(value, false);

/** What makes a login, said of every value there is; a failing seed is printed. */
export function describeDetection(numRuns: number): void {
  const holds = (values: fc.Arbitrary<unknown>, says: (value: unknown) => void) => () =>
    fc.assert(fc.property(values, says), { numRuns });

  describe(`a refusal for the session counts (${numRuns} each)`, () => {
    it(
      'as a body in any form',
      holds(formed(refusedBody), (body) => {
        counts(body);
        expect(inspectOutcome(body)).toBe('all');
      }),
    );
    it(
      'in the error of any client, however wrapped',
      holds(wrapped(carried(refusedBody, refusalStatus, errorOfClient), AROUND_ERROR), counts),
    );
    it(
      'on any error that has a body, whatever status the application gave it',
      holds(
        wrapped(
          carried(refusedBody, anyStatus, fc.oneof(errorWithBody, errorOfNest)),
          AROUND_ERROR,
        ),
        counts,
      ),
    );
    it('as the error itself, however wrapped', holds(wrapped(refusedError, AROUND_ERROR), counts));
    it('as the cause of an error', holds(wrapped(formed(refusedBody), AROUND_BODY), counts));
  });

  describe(`anything else does not count (${numRuns} each)`, () => {
    it('as a body in any form', holds(formed(otherBody), doesNot));
    it(
      'in the error of any client, however wrapped',
      holds(wrapped(carried(otherBody, anyStatus, errorOfClient), AROUND_ERROR), doesNot),
    );
    it(
      'on any error that has a body',
      holds(wrapped(carried(otherBody, anyStatus, errorWithBody), AROUND_ERROR), doesNot),
    );
    it(
      'as the response of an exception of Nest',
      holds(
        wrapped(carried(otherBody.filter(isNoAnswer), anyStatus, errorOfNest), AROUND_ERROR),
        doesNot,
      ),
    );
    it('as an error, however wrapped', holds(wrapped(otherError, AROUND_ERROR), doesNot));
    it(
      'where the answer is a block page or an outage, whatever its body says',
      holds(wrapped(carried(refusedBody, outageStatus, errorOfClient), AROUND_ERROR), doesNot),
    );
    it(
      'where only a part of a batch was refused',
      holds(wrapped(formed(mixedBatch), AROUND_BODY), (value) => {
        doesNot(value);
        expect(inspectFailure(value)).toBe('some');
      }),
    );
    it(
      'beyond the end of the chain that is looked at',
      holds(wrapped(refusedError, { min: 8, max: 20 }), doesNot),
    );
    it(
      'behind an error of this package, which has already dealt with it',
      holds(
        wrapped(
          wrapped(refusedError, AROUND_ERROR).map(
            (cause) => new BetfairIdentityUnavailableError('The refresh failed.', { cause }),
          ),
          AROUND_ERROR,
        ),
        doesNot,
      ),
    );
  });
}
