/** Address at which a server listens. */
export interface HostAndPort {
  /** Name or IP address; one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Port of TLS, for a host that is named without one. */
export const HTTPS_PORT = 443;

const ADDRESS = /^(?:([\w.-]+)|\[([\da-fA-F:.]+)\]):(\d{1,5})$/;
const LAST_PORT = 65_535;

/** Writes an address such as `stream-api.betfair.com:443` or `[::1]:8445`. */
export function formatAddress({ host, port }: HostAndPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Parses an address such as `stream-api.betfair.com:443` or `[::1]:8445`; `undefined` if it is none. */
export function parseAddress(text: string): HostAndPort | undefined {
  const [, name, ip, digits] = ADDRESS.exec(text) ?? [];
  const host = name ?? ip;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= LAST_PORT ? { host, port } : undefined;
}
