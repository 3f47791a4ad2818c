import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { BetfairApiError, BetfairSessionError, SessionService } from 'nestjs-betfair-session';

/** Milliseconds after which an order is not sent again; Betfair knows a `customerRef` for 60 s. */
const REPEATED_FOR_MS = 40_000;
/** Codes with which Betfair does not say if it placed the order. */
const UNCLEAR: readonly unknown[] = [undefined, 'TIMEOUT_ERROR', 'UNEXPECTED_ERROR'];

@Injectable()
export class OrdersService {
  constructor(private readonly betfair: SessionService) {}

  /**
   * Places an order once, even if the answer is lost.
   *
   * @param customerRef - yours, at most 32 characters, and another one for each order
   * @throws what the first request met whose answer was lost, if no later one could tell
   */
  async place(order: object, customerRef: string): Promise<unknown> {
    const isLate = timer(REPEATED_FOR_MS);
    let lost: unknown;
    for (;;) {
      try {
        return await this.betfair.call(
          'SportsAPING/v1.0/placeOrders',
          { ...order, customerRef },
          { signal: AbortSignal.timeout(10_000) },
        );
      } catch (error) {
        if (mayBePlaced(error)) lost ??= error;
        // After that, an error that says "not placed" is about its own request only.
        if (lost === undefined) throw error;
        await pause(1_000);
        if (isLate() || isClosed(error)) throw lost;
      }
    }
  }

  /** Finds orders by the `customerOrderRef` of their instructions, if the outcome is still unknown. */
  find(customerOrderRef: string): Promise<unknown> {
    return this.betfair.call('SportsAPING/v1.0/listCurrentOrders', {
      customerOrderRefs: [customerOrderRef],
    });
  }
}

function mayBePlaced(error: unknown): boolean {
  if (error instanceof BetfairApiError) return UNCLEAR.includes(error.errorCode);
  // The other errors of the package: nothing was sent, or the application is shutting down.
  return !(error instanceof BetfairSessionError);
}

function isClosed(error: unknown): boolean {
  return error instanceof BetfairSessionError && error.code === 'BETFAIR_CLOSED';
}

/** Tells if the time is over, by two clocks: one stands still while a machine sleeps, the other can be set. */
function timer(ms: number): () => boolean {
  const [began, date] = [performance.now(), Date.now()];
  return () => performance.now() - began > ms || Math.abs(Date.now() - date) > ms;
}
