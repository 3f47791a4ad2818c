/** Answers as Betfair words them. */
const requestUUID = 'ie1-ang04a-prd-04180933-0006a5f1f2';

export function exception(errorCode: string, exceptionname = 'APINGException') {
  return { [exceptionname]: { requestUUID, errorCode, errorDetails: '' }, exceptionname };
}

export function rpcError(errorCode: string, message = 'ANGX-0003', name = 'APINGException') {
  return { code: -32099, message, data: exception(errorCode, name) };
}

export function rpcReply(errorCode: string, message?: string, name?: string) {
  return { jsonrpc: '2.0', error: rpcError(errorCode, message, name), id: 1 };
}

export function restFault(errorCode: string, faultstring = 'ANGX-0003', name?: string) {
  return { faultcode: 'Client', faultstring, detail: exception(errorCode, name) };
}

export function streamStatus(errorCode: string) {
  return {
    op: 'status',
    id: 1,
    statusCode: 'FAILURE',
    errorCode,
    errorMessage: 'session is not valid',
    connectionClosed: true,
    connectionId: '002-230915140112-174',
  };
}

export const INVALID = 'INVALID_SESSION_INFORMATION';
export const refused = rpcReply(INVALID);
const refusedAccounts = rpcReply(INVALID, 'AANGX-0002', 'AccountAPINGException');
export const succeeded = { jsonrpc: '2.0', result: [{ marketId: '1.2' }], id: 2 };

/** What happened, for people: it only mentions a rejection. */
export const auditLog = {
  at: '2026-05-01T12:00:00Z',
  status: 200,
  headers: {},
  errorCode: INVALID,
  message: 'ANGX-0003',
  data: refused,
  body: refused,
  error: rpcError(INVALID),
  entries: [refused],
};

/** Each is a refusal of the whole call for its session. */
export const rejections: readonly (readonly [string, unknown])[] = [
  ['Betting JSON-RPC', refused],
  ['Betting REST', restFault(INVALID)],
  ['Accounts JSON-RPC', refusedAccounts],
  ['Accounts REST', restFault(INVALID, 'AANGX-0002', 'AccountAPINGException')],
  ['Heartbeat JSON-RPC', rpcReply(INVALID, 'HBT-0002')],
  ['Scores JSON-RPC', rpcReply(INVALID, 'SCORES-0003')],
  ['an exception of a name not known yet', rpcReply(INVALID, 'NEW-1', 'NewAPINGException')],
  ['a Stream status', streamStatus(INVALID)],
  [
    'a code without exceptionname',
    {
      jsonrpc: '2.0',
      error: {
        code: -32099,
        message: 'ANGX-0003',
        data: { APINGException: { errorCode: INVALID } },
      },
    },
  ],
  [
    'a JSON-RPC number without a code',
    { jsonrpc: '2.0', error: { code: -32099, message: 'ANGX-0003' }, id: 1 },
  ],
  [
    'an Accounts number without a code',
    {
      jsonrpc: '2.0',
      error: { code: -32099, message: 'AANGX-0002', data: {} },
      id: 1,
    },
  ],
  ['a REST number without a code', { faultcode: 'Client', faultstring: 'HBT-0002', detail: {} }],
  ['a batch refused as a whole', { jsonrpc: '2.0', error: rpcError(INVALID) }],
  ['a batch of which all were refused', [refused, refusedAccounts]],
  [
    'keys in another order',
    {
      id: 7,
      error: { data: exception(INVALID), message: 'ANGX-0003', code: -32099 },
      jsonrpc: '2.0',
    },
  ],
];

/** Each is something else. */
export const others: readonly (readonly [string, unknown])[] = [
  ...[
    'NO_SESSION',
    'NO_APP_KEY',
    'INVALID_APP_KEY',
    'ACCESS_DENIED',
    'TOO_MANY_REQUESTS',
    'SERVICE_BUSY',
    'TIMEOUT_ERROR',
    'UNEXPECTED_ERROR',
    'INVALID_INPUT_DATA',
    'TOO_MUCH_DATA',
  ].flatMap((code) => [
    [`${code} by JSON-RPC, whatever its number`, rpcReply(code)] as const,
    [`${code} by REST, whatever its number`, restFault(code)] as const,
    [`${code} by Stream`, streamStatus(code)] as const,
  ]),
  ['-32099 alone', { jsonrpc: '2.0', error: { code: -32099, message: '' }, id: 1 }],
  ['ANGX-0002', { jsonrpc: '2.0', error: { code: -32099, message: 'ANGX-0002' }, id: 1 }],
  ['AANGX-0001', { jsonrpc: '2.0', error: { code: -32099, message: 'AANGX-0001' }, id: 1 }],
  ['AANGX-0003', { jsonrpc: '2.0', error: { code: -32099, message: 'AANGX-0003' }, id: 1 }],
  ['a framework fault', { jsonrpc: '2.0', error: { code: -32700, message: 'DSC-0008' }, id: 1 }],
  ['a number inside a sentence', { faultcode: 'Client', faultstring: 'see ANGX-0003' }],
  ['a reply that succeeded', succeeded],
  ['a result that mentions a rejection', { jsonrpc: '2.0', result: [refused], id: 1 }],
  ['a Stream status that is no failure', { ...streamStatus(INVALID), statusCode: 'SUCCESS' }],
  [
    'an exception name that points nowhere',
    {
      jsonrpc: '2.0',
      error: {
        code: -32099,
        message: 'X',
        data: { exceptionname: 'Y', APINGException: { errorCode: INVALID } },
      },
    },
  ],
  [
    'an exception name of the prototype',
    { faultcode: 'Client', detail: { exceptionname: '__proto__' } },
  ],
  ['an empty batch', []],
  ['a list of something else', [{ marketId: '1.2' }, refused]],
  ['a list that ends with something else', [refused, { marketId: '1.2' }]],
  ['a list of lists', [[refused]]],
  ['an audit log', auditLog],
  ['a list of audit logs', [auditLog]],
  ['the bare word', INVALID],
  ['JSON in JSON', JSON.stringify(JSON.stringify(refused))],
  ['text that is no JSON', `<html>${INVALID}</html>`],
  ['nothing', undefined],
  ['null', null],
  ['a number', 400],
];
