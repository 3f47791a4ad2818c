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
   */
  async place(order: object, customerRef: string): Promise<unknown> {
    const began = performance.now();
    for (;;) {
      try {
        return await this.betfair.call(
          'SportsAPING/v1.0/placeOrders',
          { ...order, customerRef },
          { signal: AbortSignal.timeout(10_000) },
        );
      } catch (error) {
        if (!mayBePlaced(error) || performance.now() - began > REPEATED_FOR_MS) throw error;
        await pause(1_000);
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
