import { randomUUID } from 'node:crypto';
import { Body, Controller, Post } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';
import { parseOrder } from './order.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly betfair: SessionService) {}

  /** A client that may send an order twice, after a time-out for one, sends the same `customerRef` both times. */
  @Post()
  place(@Body() body: unknown): Promise<unknown> {
    const { marketId, selectionId, side, size, price, customerRef } = parseOrder(body);
    return this.betfair.call('SportsAPING/v1.0/placeOrders', {
      marketId,
      customerRef: customerRef ?? randomUUID().replaceAll('-', ''),
      instructions: [
        {
          selectionId,
          side,
          orderType: 'LIMIT',
          limitOrder: { size, price, persistenceType: 'LAPSE' },
        },
      ],
    });
  }
}
