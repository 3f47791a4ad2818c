import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  BetfairStream,
  type OrderChangeMessage,
  type StreamOrder,
} from 'nestjs-betfair-session/stream';

/** An order that waits to be matched, or is matched in part. */
export interface OpenOrder extends StreamOrder {
  readonly marketId: string;
  readonly runner: string;
}

/** The open orders of the account, whoever placed them. */
@Injectable()
export class OpenOrdersService implements OnApplicationBootstrap {
  /** By bet id. */
  readonly #orders = new Map<string, OpenOrder>();

  constructor(private readonly stream: BetfairStream) {}

  get all(): readonly OpenOrder[] {
    return [...this.#orders.values()];
  }

  onApplicationBootstrap(): void {
    this.stream
      .messages({ subscription: { op: 'orderSubscription' } })
      .subscribe((message) => this.#take(message));
  }

  #take({ ct, oc = [] }: OrderChangeMessage): void {
    if (ct === 'SUB_IMAGE') this.#orders.clear();
    for (const { id: marketId, fullImage, closed, orc = [] } of oc) {
      if (fullImage || closed) this.#forget((order) => order.marketId === marketId);
      for (const { id, hc = 0, fullImage: isImage, uo = [] } of orc) {
        const runner = `${marketId} ${id} ${hc}`;
        if (isImage) this.#forget((order) => order.runner === runner);
        for (const order of uo) {
          if (order.status === 'E') this.#orders.set(order.id, { ...order, marketId, runner });
          else this.#orders.delete(order.id);
        }
      }
    }
  }

  #forget(isGone: (order: OpenOrder) => boolean): void {
    for (const order of this.all) if (isGone(order)) this.#orders.delete(order.id);
  }
}
