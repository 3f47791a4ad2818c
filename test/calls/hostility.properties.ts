import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { isInvalidSession } from 'nestjs-betfair-session';
import { isUnpeekable } from '../../lib/calls/rejection/rejection-response.js';
import { inspectFailure, inspectOutcome } from './looks.js';
import { shownTokens } from '../../lib/calls/rejection/shown-token.js';
import { otherBody, refusedBody } from './answers.arbitraries.js';
import { Effort, hostileValue } from './hostile.arbitraries.js';

/** 8 errors, 7 places on each that may hold an answer, 1,000 replies in a batch, and a dozen reads for each. */
const MOST_OPERATIONS = 8 * 7 * 1_000 * 12;
const VERDICTS = ['all', 'some', 'none'];

/** What no value can do to whoever asks about it. */
export function describeHostility(numRuns: number): void {
  describe(`no value there is (${numRuns} each)`, () => {
    it('makes the detection throw, reject, or take more than a bounded effort', async () => {
      await fc.assert(
        fc.asyncProperty(hostileValue, async (make) => {
          const look = async (ask: (value: unknown) => unknown, answers: readonly unknown[]) => {
            const effort = new Effort();
            expect(answers).toContain(await ask(make(effort)));
            expect(effort.operations).toBeLessThan(MOST_OPERATIONS);
          };
          await look(isInvalidSession, [true, false]);
          await look(inspectOutcome, VERDICTS);
          await look(inspectFailure, VERDICTS);
          await look((value) => shownTokens(value, 'https://x').size, [0]);
          await look(isUnpeekable, [true, false]);
        }),
        { numRuns },
      );
    });

    it('is changed, or costs more than sixty reads, if it is one answer of any size', () => {
      fc.assert(
        fc.property(fc.oneof(refusedBody, otherBody), fc.boolean(), (body, isThrown) => {
          const before = inspect(body, { depth: 12 });
          const effort = new Effort();
          const counting = effort.counting(body);
          const replies = Array.isArray(body) ? body.length : 1;
          const asked = isThrown
            ? Object.assign(new Error('x'), { response: { data: counting } })
            : counting;
          isInvalidSession(asked);
          expect(effort.operations).toBeLessThanOrEqual(60 + 12 * replies);
          expect(inspect(body, { depth: 12 })).toBe(before);
        }),
        { numRuns },
      );
    });
  });

  it('a text or bytes beyond 64 KiB are never parsed or decoded', () => {
    const parse = jest.spyOn(JSON, 'parse');
    const decode = jest.spyOn(TextDecoder.prototype, 'decode');
    const body = JSON.stringify({ jsonrpc: '2.0', error: { message: 'ANGX-0003' } });
    const sizes = fc.oneof(
      { arbitrary: fc.integer({ min: 65_500, max: 65_600 }), weight: 9 },
      { arbitrary: fc.constant(50_000_000), weight: 1 },
    );
    const write = fc.constantFrom<(text: string) => string | Uint8Array>(
      (text) => text,
      (text) => Buffer.from(text),
    );
    try {
      fc.assert(
        fc.property(sizes, write, (size, form) => {
          parse.mockClear();
          decode.mockClear();
          const answer = form(body.padEnd(size));
          const error = Object.assign(new Error('x'), { body: answer, response: { data: answer } });
          const isSmall = size <= 65_536;
          expect(isInvalidSession(error)).toBe(isSmall);
          expect(inspectOutcome(answer)).toBe(isSmall ? 'all' : 'none');
          if (!isSmall) expect([...parse.mock.calls, ...decode.mock.calls]).toEqual([]);
        }),
        { numRuns: 30, examples: [[50_000_000, (text) => text]] },
      );
    } finally {
      parse.mockRestore();
      decode.mockRestore();
    }
  });
}
