import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  MemoryStorage,
  SessionAccounts,
  type SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { integerBelow } from '../support/random.mjs';
import { VirtualClock } from '../support/virtual.clock.js';

const ACCOUNTS = 1_000;
const CALLS = 20_000;
const CALLS_AT_ONCE = 100;
/** Most bytes of heap for an account with a session. */
const MOST_BYTES = 64 * 1_024;

/** Bytes in use once everything that can be collected is. */
async function heap(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    global.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
