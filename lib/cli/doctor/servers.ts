import { HTTPS_PORT, type HostAndPort, parseAddress } from '../../common/host-and-port.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';

/** A server of Betfair that an account uses. */
export interface UsedServer extends HostAndPort {
  /** Endpoints on it, as messages name them. */
  readonly uses: readonly string[];
  /** `true` if a login goes there. */
  readonly isLogin: boolean;
  /** `true` if only a part of all applications needs it. */
  readonly isOptional: boolean;
}

/** Lists the servers of an account, each once. */
export function serversOf({
  certificate,
  endpoints,
}: ResolvedSessionOptions): readonly UsedServer[] {
  const { certLogin, login, keepAlive, logout, api, stream } = endpoints;
  const used = [
    { use: 'login', url: certificate === undefined ? login : certLogin },
    { use: 'keepAlive', url: keepAlive },
    { use: 'logout', url: logout },
    { use: 'API', url: api },
    ...(stream === undefined ? [] : [{ use: 'stream', url: `https://${stream}` }]),
  ];
  const servers = new Map<string, UsedServer>();
  for (const { use, url } of used) {
    const parsed = new URL(url);
    const before = servers.get(parsed.host);
    servers.set(parsed.host, {
      ...addressOf(parsed),
      uses: [...(before?.uses ?? []), use],
      isLogin: (before?.isLogin ?? false) || use === 'login',
      isOptional: (before?.isOptional ?? true) && use === 'stream',
    });
  }
  return [...servers.values()];
}

/** Reads the address of a URL. An IPv6 address has brackets there. */
export function addressOf({ hostname, port }: URL): HostAndPort {
  const number = port === '' ? HTTPS_PORT : Number(port);
  return parseAddress(`${hostname}:${number}`) ?? { host: hostname, port: number };
}
