const UNTRUSTED =
  'The server certificate is signed by an authority that this machine does not trust, so something in between reads the traffic, such as a company proxy or a virus scanner. Your client certificate is not the reason. Set ';
const CA_OPTION = 'the option "ca" to the certificate of that authority (PEM)';
const OLD_TLS =
  'The server supports only TLS 1.1 or older, so it is not Betfair. Look for a proxy or a firewall in between.';
const NO_TLS =
  'The server does not speak TLS. Check the port of the address, and look for a proxy in between.';

/** Advice for permanent failures, by the code of the error. */
const ADVICE: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is for another host. Check the address, and look for a proxy in between.',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: OLD_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/**
 * Explains why a connection failed, and what to do about a permanent failure. `cause` is safe to show.
 *
 * @param caSetting - setting for the authority of an inspecting proxy, and its value
 */
export function explainConnectionFailure(
  cause: Error,
  caSetting = CA_OPTION,
): {
  readonly reason: string;
  readonly advice: string | undefined;
} {
  const code: unknown = Reflect.get(cause, 'code');
  if (typeof code !== 'string') return { reason: cause.message, advice: undefined };
  // The text of OpenSSL names a line of its source code.
  const reason = code.startsWith('ERR_SSL_') ? code : cause.message;
  if (!Object.hasOwn(ADVICE, code)) return { reason, advice: undefined };
  const advice = ADVICE[code];
  return advice === UNTRUSTED
    ? { reason, advice: `${UNTRUSTED}${caSetting}, or NODE_EXTRA_CA_CERTS to its file.` }
    : { reason, advice };
}
