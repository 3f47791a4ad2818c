import { Injectable, Logger } from '@nestjs/common';
import { BetfairApiError, SessionService } from 'nestjs-betfair-session';

interface EventType {
  eventType: { id: string; name: string };
  marketCount: number;
}

@Injectable()
export class DashboardService {
  readonly #logger = new Logger(DashboardService.name);

  constructor(private readonly betfair: SessionService) {}

  /** One operation: its result, or an error that says what to do. */
  async sports(): Promise<EventType[]> {
    try {
      return await this.betfair.call<EventType[]>('SportsAPING/v1.0/listEventTypes', {
        filter: {},
      });
    } catch (error) {
      if (!(error instanceof BetfairApiError)) throw error;
      // Such as TOO_MANY_REQUESTS; errorDetails and requestUUID say more.
      this.#logger.warn(`${error.errorCode}: ${error.message}`);
      return [];
    }
  }

  /** Several operations of one API in one request, each with its own outcome. */
  async overview() {
    const [sports, orders] = await this.betfair.callAll<
      [EventType[], { currentOrders: unknown[] }]
    >([
      { operation: 'SportsAPING/v1.0/listEventTypes', params: { filter: {} } },
      { operation: 'SportsAPING/v1.0/listCurrentOrders' },
    ]);
    return {
      sports: sports.status === 'fulfilled' ? sports.value : [],
      orders: orders.status === 'fulfilled' ? orders.value.currentOrders : orders.reason.errorCode,
    };
  }

  /** Anything else of the API: WHATWG fetch, with the session. */
  async funds(): Promise<unknown> {
    const path = '/exchange/account/rest/v1.0/getAccountFunds/';
    const response = await this.betfair.fetch(path, { method: 'POST', body: '{}' });
    return response.json();
  }
}
