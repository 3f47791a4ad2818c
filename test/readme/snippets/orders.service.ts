import { Injectable } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';

@Injectable()
export class OrdersService {
  constructor(private readonly betfair: SessionService) {}

  /** @param customerRef - yours, at most 32 characters, and the same where you repeat the order */
  place(order: object, customerRef: string): Promise<unknown> {
    return this.betfair.call(
      'SportsAPING/v1.0/placeOrders',
      { ...order, customerRef },
      { signal: AbortSignal.timeout(10_000) },
    );
  }
}
