import { randomUUID } from 'node:crypto';
import { json, type SimulatorReply } from '../http/reply.js';

export const SERVICES = ['betting', 'account', 'heartbeat', 'scores'] as const;
export type ApiService = (typeof SERVICES)[number];

export type Outcome =
  | { readonly result: unknown }
  /** A business exception, by its `errorCode`. */
  | { readonly errorCode: string; readonly errorDetails?: string | undefined }
  /** A fault of the framework, such as a malformed request. */
  | { readonly fault: FrameworkFault };

/** A framework fault: its number, its JSON-RPC code and its HTTP status. */
export interface FrameworkFault {
  readonly number: string;
  readonly code: number;
  readonly status: number;
}

export const MALFORMED_JSON: FrameworkFault = { number: 'DSC-0008', code: -32700, status: 400 };
export const WRONG_CONTENT_TYPE: FrameworkFault = { number: 'DSC-0011', code: -32600, status: 415 };
export const NO_SUCH_OPERATION: FrameworkFault = { number: 'DSC-0021', code: -32601, status: 404 };

interface Wording {
  /** Prefix of method names in JSON-RPC. */
  readonly prefix: string;
  readonly exception: string;
  readonly number: string;
  /** Numbers of the error codes; any other code is 0. */
  readonly codes: Readonly<Record<string, number>>;
}

const BETTING_CODES = {
  TOO_MUCH_DATA: 1,
  INVALID_INPUT_DATA: 2,
  INVALID_SESSION_INFORMATION: 3,
  NO_APP_KEY: 4,
  NO_SESSION: 5,
  UNEXPECTED_ERROR: 6,
  INVALID_APP_KEY: 7,
  TOO_MANY_REQUESTS: 8,
  SERVICE_BUSY: 9,
  TIMEOUT_ERROR: 10,
  REQUEST_SIZE_EXCEEDS_LIMIT: 14,
  ACCESS_DENIED: 15,
};

const WORDINGS: Readonly<Record<ApiService, Wording>> = {
  betting: {
    prefix: 'SportsAPING/v1.0/',
    exception: 'APINGException',
    number: 'ANGX',
    codes: BETTING_CODES,
  },
  account: {
    prefix: 'AccountAPING/v1.0/',
    exception: 'AccountAPINGException',
    number: 'AANGX',
    codes: {
      INVALID_INPUT_DATA: 1,
      INVALID_SESSION_INFORMATION: 2,
      UNEXPECTED_ERROR: 3,
      INVALID_APP_KEY: 4,
      SERVICE_BUSY: 5,
      TIMEOUT_ERROR: 6,
      DUPLICATE_APP_NAME: 7,
      APP_KEY_CREATION_FAILED: 8,
      APP_CREATION_FAILED: 9,
      NO_SESSION: 10,
      NO_APP_KEY: 11,
      SUBSCRIPTION_EXPIRED: 12,
      TOO_MANY_REQUESTS: 14,
    },
  },
  heartbeat: {
    prefix: 'HeartbeatAPING/v1.0/',
    exception: 'APINGException',
    number: 'HBT',
    codes: {
      INVALID_INPUT_DATA: 1,
      INVALID_SESSION_INFORMATION: 2,
      NO_APP_KEY: 3,
      NO_SESSION: 4,
      INVALID_APP_KEY: 5,
      UNEXPECTED_ERROR: 6,
    },
  },
  // The numbers of Scores and Race Status are not known; clients use the error code.
  scores: {
    prefix: 'ScoresAPING/v1.0/',
    exception: 'APINGException',
    number: 'SCANGX',
    codes: BETTING_CODES,
  },
};

/** Returns the prefix of the service's JSON-RPC methods. */
export function methodPrefix(service: ApiService): string {
  return WORDINGS[service].prefix;
}

/** Makes one JSON-RPC answer, without `id` if the request could not be read. */
export function rpcEnvelope(service: ApiService, outcome: Outcome, id?: unknown): object {
  const ending = id === undefined ? {} : { id };
  if ('result' in outcome) return { jsonrpc: '2.0', result: outcome.result, ...ending };
  if ('fault' in outcome) {
    const { code, number: message } = outcome.fault;
    return { jsonrpc: '2.0', error: { code, message }, ...ending };
  }
  const { number, detail } = exception(service, outcome);
  return { jsonrpc: '2.0', error: { code: -32099, message: number, data: detail }, ...ending };
}

/** Makes a REST answer. Faults come as XML to a client that does not ask for JSON. */
export function restReply(service: ApiService, outcome: Outcome, asJson: boolean): SimulatorReply {
  if ('result' in outcome) return json(outcome.result);
  const isFramework = 'fault' in outcome;
  const { number, detail } = isFramework
    ? { number: outcome.fault.number, detail: {} }
    : exception(service, outcome);
  const status = isFramework ? outcome.fault.status : 400;
  const fault = { faultcode: 'Client', faultstring: number, detail };
  if (asJson) return json(fault, status);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<fault>${xml(fault)}</fault>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** Converts an answer to text. A result that JSON cannot hold, such as a cycle, becomes an `UNEXPECTED_ERROR`. */
export function written<T>(outcome: Outcome, write: (outcome: Outcome) => T): T {
  try {
    return write(outcome);
  } catch (error) {
    return write({ errorCode: 'UNEXPECTED_ERROR', errorDetails: String(error) });
  }
}

function exception(
  service: ApiService,
  { errorCode, errorDetails = '' }: Extract<Outcome, { readonly errorCode: string }>,
): { number: string; detail: object } {
  const { exception: name, number, codes } = WORDINGS[service];
  const details = { requestUUID: `simulator-${randomUUID()}`, errorCode, errorDetails };
  return {
    number: `${number}-${String(codes[errorCode] ?? 0).padStart(4, '0')}`,
    detail: { exceptionname: name, [name]: details },
  };
}

function xml(value: object): string {
  return Object.entries(value)
    .map(([name, content]: [string, unknown]) => {
      const inner =
        typeof content === 'object' && content !== null ? xml(content) : escape(String(content));
      return `<${name}>${inner}</${name}>`;
    })
    .join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
