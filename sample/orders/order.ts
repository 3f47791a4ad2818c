import { BadRequestException } from '@nestjs/common';

/** A limit order, as `POST /orders` takes it. */
export interface Order {
  readonly marketId: string;
  readonly selectionId: number;
  readonly side: 'BACK' | 'LAY';
  readonly size: number;
  readonly price: number;
  /** At most 32 characters. Betfair refuses a second request with the same reference for a minute. */
  readonly customerRef?: string | undefined;
}

/** @throws BadRequestException the body is not an order; money is at stake, so nothing is guessed */
export function parseOrder(body: unknown): Order {
  const { marketId, selectionId, side, size, price, customerRef } = isRecord(body) ? body : {};
  if (typeof marketId !== 'string' || !/^\d+\.\d+$/.test(marketId)) {
    throw new BadRequestException('marketId: a text such as "1.234567890"');
  }
  if (!isPositive(selectionId)) throw new BadRequestException('selectionId: a positive number');
  if (side !== 'BACK' && side !== 'LAY') throw new BadRequestException('side: "BACK" or "LAY"');
  if (!isPositive(size)) throw new BadRequestException('size: a positive number');
  if (!isPositive(price)) throw new BadRequestException('price: a positive number');
  if (customerRef !== undefined && !isReference(customerRef)) {
    throw new BadRequestException('customerRef: 1 to 32 characters');
  }
  return { marketId, selectionId, side, size, price, customerRef };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isReference(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 32;
}
