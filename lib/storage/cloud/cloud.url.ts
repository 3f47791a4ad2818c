import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { OnIgnored } from '../contract/storage.driver.js';
import { readParameters, type UrlRules } from '../contract/storage.url.js';

/** What a URL says: `scheme://name?parameter=value`. */
export interface CloudUrl {
  /** Name of the bucket or container. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const BAD_ESCAPE = 'the URL has a "%" that escapes no character.';

/**
 * Reads the URL of a store in a cloud. Errors show nothing of it but its scheme and names of parameters: it may hold
 * credentials.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 */
export function readCloudUrl(url: string, rules: UrlRules, onIgnored: OnIgnored): CloudUrl {
  const fail = (fault: string): never => {
    throw new BetfairConfigurationError(`${fault} Write it as ${rules.example}.`);
  };
  if (!URL.canParse(url)) return fail('the URL cannot be read.');
  if (/\s/.test(url)) fail('the URL has a line break or a blank in it.');
  const { protocol, hostname, port, pathname, username, password, hash, searchParams } = new URL(
    url,
  );
  const scheme = `a ${protocol} URL`;
  if (username !== '' || password !== '') fail(`${scheme} takes no credentials.`);
  if (hostname === '') fail(`${scheme} needs the name of a bucket or container.`);
  if (port !== '' || hash !== '') fail(`${scheme} takes neither a port nor a fragment.`);
  if (pathname !== '' && pathname !== '/') {
    fail(`${scheme} takes no path; folders go into ?prefix=folder/.`);
  }
  const parameters = readParameters(scheme, searchParams, rules, onIgnored);
  return { name: decode(hostname) ?? fail(BAD_ESCAPE), parameters };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
