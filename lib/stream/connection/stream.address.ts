import type { StreamServer } from '../../calls/session-source.js';
import { formatAddress, parseAddress } from '../../common/host-and-port.js';
import { authoritiesOf } from '../../common/http/trust.js';
import { isPemCertificate } from '../../common/pem-certificate.js';
import { BetfairConfigurationError } from '../../errors/index.js';

/** Address of the Stream API. It replaces that in the options of the account. */
export interface StreamAddress {
  /** Name or IP address. @default that of the options of the account */
  readonly host?: string | undefined;
  /** Port. @default that of the options of the account, or 443 if `host` is given */
  readonly port?: number | undefined;
  /** Authorities to trust beside the usual ones, in PEM. @default `ca` of the options of the account */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
}

const SOME_HOST = 'localhost';
const SOME_PORT = 443;

/**
 * Checks an address.
 *
 * @returns the parts of it that are given
 * @throws BetfairConfigurationError with every fault named at once
 */
export function checkAddress({ host, port, ca }: StreamAddress): Partial<StreamServer> {
  const faults = [
    host === undefined || isAddress({ host, port: SOME_PORT })
      ? undefined
      : 'host: must be a host name or an IP address, such as stream-api.betfair.com.',
    port === undefined || isAddress({ host: SOME_HOST, port })
      ? undefined
      : 'port: must be a number from 1 to 65535.',
    isPemList(ca)
      ? undefined
      : 'ca: must be a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.',
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new BetfairConfigurationError(faults);
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(ca !== undefined && { ca: authoritiesOf(ca) }),
  };
}

/** Recognises certificates in PEM. The type is not trusted: callers in JavaScript have none. */
function isPemList(ca: StreamAddress['ca']): boolean {
  const authorities: unknown = authoritiesOf(ca);
  return Array.isArray(authorities) && authorities.every(isPemCertificate);
}

function isAddress({ host, port }: { readonly host: unknown; readonly port: unknown }): boolean {
  if (typeof host !== 'string' || typeof port !== 'number') return false;
  return parseAddress(formatAddress({ host, port })) !== undefined;
}
