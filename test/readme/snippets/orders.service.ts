import { Injectable } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';

@Injectable()
export class OrdersService {
  constructor(private readonly betfair: SessionService) {}

  /** @param customerRef - yours, at most 32 characters, and the same where you repeat the order */
  async place(order: object, customerRef: string): Promise<unknown> {
    const method = 'SportsAPING/v1.0/placeOrders';
    const params = { ...order, customerRef };
    const response = await this.betfair.fetch('/exchange/betting/json-rpc/v1', {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(10_000),
    });
    return response.json();
  }
}
