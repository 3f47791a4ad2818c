import { BadGatewayException, Injectable } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';

/** Milliseconds for one call, with the wait for a session and a repetition. */
const TIMEOUT = 30_000;

/** Betfair's Betting API over JSON-RPC. */
@Injectable()
export class BettingApi {
  constructor(private readonly sessions: SessionService) {}

  /** One operation. Refused for its session, this one request is sent again with a new one; nothing else ever is. */
  async call(operation: string, params: object): Promise<unknown> {
    const response = await this.sessions.fetch('/exchange/betting/json-rpc/v1', {
      method: 'POST',
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: `SportsAPING/v1.0/${operation}`,
        params,
      }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!response.ok) {
      throw new BadGatewayException(`Betfair answered ${operation} with HTTP ${response.status}.`);
    }
    const reply: unknown = await response.json();
    if (isRecord(reply) && 'result' in reply) return reply['result'];
    throw new BadGatewayException(`Betfair refused ${operation}: ${errorCodeOf(reply)}.`);
  }
}

/** The code is in an object that `exceptionname` names; a malformed request has only the number. */
function errorCodeOf(reply: unknown): string {
  const error = recordIn(reply, 'error');
  const data = recordIn(error, 'data');
  const exception = recordIn(data, String(data['exceptionname']));
  return JSON.stringify(exception['errorCode'] ?? error['code'] ?? reply);
}

function recordIn(parent: unknown, name: string): Record<string, unknown> {
  const child = isRecord(parent) ? parent[name] : undefined;
  return isRecord(child) ? child : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
