import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { refused } from '../../calls/rejections.fixture.js';

/** Ends the session at Betfair, and gives what Betfair answers to a call with it. */
export function endAndRefuse({ simulator }: { readonly simulator: BetfairSimulator }) {
  simulator.endSessions();
  return refused;
}
