import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { OnIgnored } from '../contract/storage.driver.js';
import { decodePart, readParameters, type UrlRules } from '../contract/storage.url.js';

/** Parts of a URL: `scheme://name?parameter=value`. */
export interface CloudUrl {
  /** Name of the bucket or container. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads the URL of a cloud store. It may hold credentials, so errors show only its scheme and the names of parameters.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 */
export function readCloudUrl(url: string, rules: UrlRules, onIgnored: OnIgnored): CloudUrl {
  const fail = (fault: string): never => {
    throw new BetfairConfigurationError(`${fault} Write it as ${rules.example}.`);
  };
  if (!URL.canParse(url)) return fail('the URL cannot be read.');
  if (/\s/.test(url)) fail('the URL contains a line break or a space.');
  const { protocol, hostname, port, pathname, username, password, hash, searchParams } = new URL(
    url,
  );
  const scheme = `the ${protocol} URL`;
  if (username !== '' || password !== '') fail(`${scheme} must not contain credentials.`);
  if (hostname === '') fail(`${scheme} needs the name of a bucket or container.`);
  if (port !== '' || hash !== '') fail(`${scheme} must not contain a port or a fragment.`);
  if (pathname !== '' && pathname !== '/') {
    fail(`${scheme} must not contain a path. Write a folder as ?prefix=folder/.`);
  }
  const parameters = readParameters(scheme, searchParams, rules, onIgnored);
  const name = decodePart(hostname) ?? fail('the URL contains a "%" that is not a valid escape.');
  return { name, parameters };
}
