import type { ExecutionContext } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import type { HandlerDecorators } from '../support/one-handler.js';
import type { Cell, Kind, Way } from './cell.js';
import { NAMED } from './exchange.js';

/** A running server and a client of it. */
export interface Door {
  /** Asks a handler, waits until it has `ended`, and tells what the client was given. */
  ask(address: string, cell: Cell, ended: Promise<void>): Promise<string[]>;
  close(): Promise<void>;
}

/** How handlers are declared and reached by one kind of server. */
export interface TransportDriver {
  readonly registeredAs: 'controllers' | 'providers';
  decorators(address: string, way: Way, kind: Kind): HandlerDecorators;
  open(module: TestingModule): Promise<Door>;
}

/** What a client sends along, for handlers that find their account by it. */
export const MESSAGE = { account: NAMED };

/** The account that the client asks for, wherever the transport carries it. */
export function accountOf(context: ExecutionContext): string {
  if (context.getType() === 'http') {
    const { headers } = context.switchToHttp().getRequest<{ headers: { account: string } }>();
    return headers.account;
  }
  return context.getType() === 'rpc'
    ? context.switchToRpc().getData<typeof MESSAGE>().account
    : context.switchToWs().getData<typeof MESSAGE>().account;
}

/** The words that tell what an answer is, in order. */
export function wordsOf(answer: unknown): string[] {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return (text.match(/part|done|INVALID_SESSION_INFORMATION|Internal server error/g) ?? []).map(
    (word) => NAMES[word] ?? word,
  );
}

const NAMES: Readonly<Record<string, string>> = {
  INVALID_SESSION_INFORMATION: 'refusal',
  'Internal server error': 'error',
};
