import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { refused } from '../../calls/rejections.fixture.js';

/** Ends the session at Betfair, and gives what Betfair answers to a call with it. */
export function endAndRefuse({ simulator }: { readonly simulator: BetfairSimulator }) {
  simulator.endSessions();
  return refused;
}

/** Ends the session, and each new one, as soon as one of these operations is called with it, which is refused then. */
export function endAtCall(simulator: BetfairSimulator, ...methods: string[]): void {
  simulator.rejectCalls((_request, { method }) => {
    if (!methods.includes(method)) return false;
    simulator.endSessions();
    return true;
  });
}
