import { namedProxy } from '../../common/http/proxy.js';
import { announceForeignHosts } from '../../options/foreign-hosts.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';
import { currentCredentials } from '../account/current.credentials.js';
import { type Finding, ok, type Step, warn } from './finding.js';
import { checkServer } from './server.check.js';
import { serversOf } from './servers.js';

/** Checks the way to each server: name, connection, TLS. Nothing is sent in it. */
export const networkStep: Step = {
  name: 'network',
  needs: ['options'],

  async check({ prefix, resolved }) {
    const proxy = namedProxy();
    if (proxy?.toLowerCase().startsWith('socks')) {
      return [warn('A SOCKS proxy is named (HTTPS_PROXY), through which nothing was checked.')];
    }
    // Presented in the handshake only, as at a login.
    const credentials = (await currentCredentials(resolved)).credentials?.certificate?.credentials;
    const found = await Promise.all(
      serversOf(resolved).map((server) =>
        checkServer({ ...server, ca: resolved.ca, ...(server.isLogin && { credentials }) }, prefix),
      ),
    );
    return [...findForeignHosts(resolved), ...describeProxy(proxy), ...found];
  },
};

/** Names the endpoints that are not Betfair's, such as those of a simulator that were left behind. */
function findForeignHosts({ endpoints }: ResolvedSessionOptions): readonly Finding[] {
  const findings: Finding[] = [];
  announceForeignHosts(endpoints, {
    log: (text: string) => findings.push(ok(text)),
    warn: (text: string) => findings.push(warn(text)),
  });
  return findings;
}

/** Names the proxy, without the user name and password in its URL. */
function describeProxy(proxy: string | undefined): readonly Finding[] {
  if (proxy === undefined || !URL.canParse(proxy)) return [];
  const except = process.env['no_proxy'] ?? process.env['NO_PROXY'];
  const direct = except ? `, but not for NO_PROXY=${except}` : '';
  return [ok(`The proxy ${new URL(proxy).host} is used (HTTPS_PROXY)${direct}.`)];
}
