/** Address of a server. */
export interface HostAndPort {
  /** Name or IP address. An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
}

/** Port for a host without one. */
export const HTTPS_PORT = 443;

const ADDRESS = /^(?:([\w.-]+)|\[([\da-fA-F:.]+)\]):(\d{1,5})$/;
const MAX_PORT = 65_535;

/** Writes an address such as `stream-api.betfair.com:443` or `[::1]:8445`. */
export function formatAddress({ host, port }: HostAndPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Parses an address such as `stream-api.betfair.com:443` or `[::1]:8445`; `undefined` if it is not one. */
export function parseAddress(text: string): HostAndPort | undefined {
  const [, name, ip, digits] = ADDRESS.exec(text) ?? [];
  const host = name ?? ip;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}
