import { setTimeout } from 'node:timers/promises';
import {
  Controller,
  type ExecutionContext,
  Get,
  NotFoundException,
  Param,
  Post,
  type Type,
} from '@nestjs/common';
import {
  type BetfairSession,
  CurrentSession,
  isInvalidSession,
  SessionAccounts,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { rpcReply } from '../../calls/rejections.fixture.js';
import { type RawClients, rpcCall } from '../../support/betting.js';
import type { AccountQueues } from './account.queues.js';
import { OrderRecord } from './order.record.js';

const READ = rpcCall('listEventTypes', {});
const CALL_TIMEOUT_MS = 1_000;
/** Between an order and a read, so that many sessions end there. */
const BETWEEN_MS = 20;

/** Where the handlers' calls go through. */
export interface DeskTools {
  readonly raw: RawClients;
  readonly queues: AccountQueues;
}

interface Call {
  readonly method: string;
  readonly params: object;
}

interface DeskRequest {
  readonly params: { readonly account: string };
}

function accountOf(context: ExecutionContext): string {
  return context.switchToHttp().getRequest<DeskRequest>().params.account;
}

/** Handlers of an application: calls and orders in all ways, and answers that repeat what a stranger sent. */
export function createDesk({ raw, queues }: DeskTools): Type {
  @Controller(':account')
  @UseBetfairSession({ name: accountOf })
  class DeskController {
    constructor(private readonly accounts: SessionAccounts) {}

    @Get('markets/:id')
    markets(@Param('account') account: string): Promise<unknown> {
      return this.#call(account, READ);
    }

    /** By a client of the application's own: it is the handler that runs again. */
    @Get('own-markets/:id')
    ownMarkets(@Param('id') id: string, @CurrentSession() session: BetfairSession) {
      return raw.json(session, rpcCall('listEventTypes', {}, id));
    }

    @Get('queued-markets/:id')
    queuedMarkets(@Param('account') account: string, @Param('id') id: string): Promise<unknown> {
      return queues.add(account, Number(id), () => this.#call(account, READ));
    }

    @Post('orders/:id')
    @UseBetfairSession({ retry: 'once' })
    orders(@Param('account') account: string, @Param('id') id: string): Promise<unknown> {
      return this.#call(account, OrderRecord.order(Number(id)));
    }

    @Post('own-orders/:id')
    @UseBetfairSession({ retry: 'once' })
    ownOrders(@Param('id') id: string, @CurrentSession() session: BetfairSession) {
      return raw.json(session, { jsonrpc: '2.0', ...OrderRecord.order(Number(id)) });
    }

    /** If the session ends between the two, the order must not be placed again. */
    @Post('queued-orders/:id')
    @UseBetfairSession({ retry: 'once' })
    async queuedOrders(
      @Param('account') account: string,
      @Param('id') id: string,
      @CurrentSession() session: BetfairSession,
    ): Promise<unknown> {
      const order = OrderRecord.order(Number(id));
      const placed = await queues.add(account, Number(id), () => this.#call(account, order));
      await setTimeout(BETWEEN_MS);
      const read = await raw.json(session, { ...READ, id });
      return isInvalidSession(read) ? read : placed;
    }

    @Get('notes/:text')
    notes(@Param('text') text: string, @CurrentSession() _session: BetfairSession): never {
      throw new NotFoundException(text);
    }

    @Get('kept-notes/:text')
    keptNotes(@Param('text') text: string, @CurrentSession() _session: BetfairSession) {
      return rpcReply(text);
    }

    async #call(account: string, { method, params }: Call): Promise<unknown> {
      const sessions = this.accounts.get(account);
      if (sessions === undefined) throw new NotFoundException(account);
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      return sessions.call(method, params, { signal });
    }
  }
  return DeskController;
}
