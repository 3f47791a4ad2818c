/** Paths of the JSON-RPC endpoints, by the prefix of their operations. */
const ENDPOINTS: ReadonlyMap<string, string> = new Map([
  ['SportsAPING', '/exchange/betting/json-rpc/v1'],
  ['AccountAPING', '/exchange/account/json-rpc/v1'],
  ['HeartbeatAPING', '/exchange/heartbeat/json-rpc/v1'],
  ['ScoresAPING', '/exchange/scores/json-rpc/v1'],
]);

/** Named like reads, but each call makes something. */
const NO_READS: ReadonlySet<string> = new Set(['getApplicationSubscriptionToken']);

/**
 * Path of the endpoint of an operation.
 *
 * @throws TypeError it is none of Betfair's
 */
export function endpointOf(operation: string): string {
  const [prefix = '', version, name, ...more] = operation.split('/');
  const endpoint = ENDPOINTS.get(prefix);
  if (endpoint === undefined || !version || !name || more.length > 0) {
    throw new TypeError(
      `call() was given "${operation}". Give the API, its version and the operation, such as "SportsAPING/v1.0/listEventTypes"; the APIs are ${[...ENDPOINTS.keys()].join(', ')}.`,
    );
  }
  return endpoint;
}

/** Tells if an operation is provably a read, which may be repeated whatever became of it: `list…` or `get…`. */
export function isRead(operation: string): boolean {
  const name = operation.slice(operation.lastIndexOf('/') + 1);
  return /^(list|get)[A-Z]/.test(name) && !NO_READS.has(name);
}
