/** Paths of the JSON-RPC endpoints, by the prefix of their operations. */
const ENDPOINTS: ReadonlyMap<string, string> = new Map([
  ['SportsAPING', '/exchange/betting/json-rpc/v1'],
  ['AccountAPING', '/exchange/account/json-rpc/v1'],
  ['HeartbeatAPING', '/exchange/heartbeat/json-rpc/v1'],
  ['ScoresAPING', '/exchange/scores/json-rpc/v1'],
]);

/** Operations that are named like reads, but create something. */
const NO_READS: ReadonlySet<string> = new Set(['getApplicationSubscriptionToken']);

/**
 * Finds the path of an operation's endpoint.
 *
 * @throws TypeError the operation belongs to no API of Betfair
 */
export function endpointOf(operation: string): string {
  const [prefix = '', version, name, ...more] = operation.split('/');
  const endpoint = ENDPOINTS.get(prefix);
  if (endpoint === undefined || !version || !name || more.length > 0) {
    throw new TypeError(
      `call() does not know the operation "${operation}". Write API, version and name, such as "SportsAPING/v1.0/listEventTypes". The APIs are ${[...ENDPOINTS.keys()].join(', ')}.`,
    );
  }
  return endpoint;
}

/** Tells if an operation is provably a read (`list…` or `get…`), which is always safe to repeat. */
export function isRead(operation: string): boolean {
  const name = operation.slice(operation.lastIndexOf('/') + 1);
  return /^(list|get)[A-Z]/.test(name) && !NO_READS.has(name);
}
