export const TRANSPORTS = ['Express', 'Fastify', 'TCP', 'WebSocket'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/**
 * When Betfair stops accepting the session that a handler was given; again and again: and every new one; never: the
 * handler only ends with what looks like a refusal.
 */
export const MOMENTS = [
  'before the first call',
  'between two calls',
  'after output began',
  'again and again',
  'never',
] as const;
type Moment = (typeof MOMENTS)[number];

/** What a handler calls Betfair with: its own client and `@CurrentSession()`, or `SessionService.fetch`. */
export const CALLS = ['own client', 'fetch', 'fetch, then own client', 'none'] as const;
type Calls = (typeof CALLS)[number];

/** How a handler is asked, and what its decorator says. */
export interface Way {
  readonly method: 'GET' | 'POST' | 'message' | 'event';
  readonly retry?: 'once' | 'never';
}

/** What a handler is like, where its decorator stands, and whose account it names. */
export interface Kind {
  readonly name: string;
  readonly style:
    | 'promise'
    | 'synchronous'
    | 'Observable'
    | 'returned rejection'
    | 'rejection as event'
    | 'rejection as message'
    | 'raw response'
    | 'StreamableFile'
    | 'events';
  readonly placement: 'method' | 'class' | 'application' | 'all';
  readonly account: 'default' | 'by name' | 'by function';
  readonly requestScoped: boolean;
}

export interface Cell {
  readonly transport: Transport;
  readonly way: Way;
  readonly kind: Kind;
  readonly moment: Moment;
  readonly calls: Calls;
}

function kind(name: string, properties: Partial<Omit<Kind, 'name'>> = {}): Kind {
  const usual = { style: 'promise', placement: 'method', account: 'default' } as const;
  return { name, ...usual, requestScoped: false, ...properties };
}

const KINDS: readonly Kind[] = [
  kind('async'),
  kind('throws synchronously', { style: 'synchronous' }),
  kind('Observable', { style: 'Observable' }),
  kind('returns the rejection', { style: 'returned rejection' }),
  kind('@Sse() of the rejection', { style: 'rejection as event' }),
  kind('WsResponse of the rejection', { style: 'rejection as message' }),
  kind('request-scoped', { requestScoped: true }),
  kind('@Res()', { style: 'raw response' }),
  kind('StreamableFile', { style: 'StreamableFile' }),
  kind('@Sse()', { style: 'events' }),
  kind('decorated class', { placement: 'class' }),
  kind('APP_INTERCEPTOR', { placement: 'application' }),
  kind('all three', { placement: 'all' }),
  kind('named account', { account: 'by name' }),
  kind('account by function', { account: 'by function' }),
];

const HTTP_WAYS: readonly Way[] = [
  { method: 'GET' },
  { method: 'POST' },
  { method: 'POST', retry: 'once' },
];

export const WAYS: Readonly<Record<Transport, readonly Way[]>> = {
  Express: HTTP_WAYS,
  Fastify: HTTP_WAYS,
  TCP: [
    { method: 'message' },
    { method: 'message', retry: 'once' },
    { method: 'event' },
    { method: 'event', retry: 'once' },
  ],
  WebSocket: [{ method: 'message' }, { method: 'message', retry: 'once' }],
};

export const isHttp = (transport: Transport): boolean =>
  transport === 'Express' || transport === 'Fastify';

/** Where a handler can have answered in part before it fails. */
const STREAMS: ReadonlySet<Kind['style']> = new Set([
  'Observable',
  'raw response',
  'StreamableFile',
  'events',
]);
const HTTP_ONLY: ReadonlySet<Kind['style']> = new Set([
  'rejection as event',
  'raw response',
  'StreamableFile',
  'events',
]);

/** Whether the handler answers with what Betfair said, and throws nothing. */
export const returnsRejection = ({ style }: Kind): boolean => style.includes('rejection');

export function kindsOf(transport: Transport, way: Way): Kind[] {
  return KINDS.filter(({ style, placement }) => {
    // The interceptor of the application has no options: they come from a decorator.
    if (placement === 'application' && way.retry !== undefined) return false;
    if (style === 'rejection as message') return transport === 'WebSocket';
    return isHttp(transport) || !HTTP_ONLY.has(style);
  });
}

export function cellsOf({ style }: Kind): Pick<Cell, 'moment' | 'calls'>[] {
  return MOMENTS.flatMap((moment) =>
    CALLS.map((calls) => ({ moment, calls })).filter(({ calls }) => {
      if (moment === 'after output began' && !STREAMS.has(style)) return false;
      // A call would get through.
      if (moment === 'never') return calls === 'none';
      // It cannot wait for a call, so it throws a refusal that it knows of.
      if (style === 'synchronous') return calls === 'none' && moment !== 'between two calls';
      return calls !== 'none';
    }),
  );
}
