import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { AzureBlobStorage } from '../azure-blob/azure-blob.storage.js';
import type { CloudStorage } from './cloud.storage.js';
import { GcsStorage } from '../gcs/gcs.storage.js';
import { S3Storage } from '../s3/s3.storage.js';

/** What a URL says: `scheme://name?parameter=value`. */
interface CloudUrl {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const BAD_ESCAPE = 'the URL has a "%" that escapes no character.';

/** @throws BetfairConfigurationError the URL cannot be used */
export function openS3(url: string): CloudStorage {
  const { name, parameters } = parse(url, 's3://my-bucket?region=eu-west-1', [
    'region',
    'endpoint',
    'use_path_style',
    'prefix',
  ]);
  return new S3Storage({
    bucket: name,
    prefix: parameters.get('prefix'),
    region: parameters.get('region'),
    endpoint: parameters.get('endpoint'),
    usePathStyle: flag(parameters, 'use_path_style'),
  });
}

/** @throws BetfairConfigurationError the URL cannot be used */
export function openAzureBlob(url: string): CloudStorage {
  const { name, parameters } = parse(url, 'azblob://my-container?storage_account=name', [
    'storage_account',
    'domain',
    'protocol',
    'localemu',
    'prefix',
  ]);
  return new AzureBlobStorage({
    container: name,
    prefix: parameters.get('prefix'),
    storageAccount: parameters.get('storage_account'),
    domain: parameters.get('domain'),
    protocol: choice(parameters, 'protocol', ['http', 'https']),
    localEmulator: flag(parameters, 'localemu'),
  });
}

/** @throws BetfairConfigurationError the URL cannot be used */
export function openGcs(url: string): CloudStorage {
  const { name, parameters } = parse(url, 'gs://my-bucket?prefix=betfair/', ['prefix']);
  return new GcsStorage({ bucket: name, prefix: parameters.get('prefix') });
}

/** The errors show nothing of the URL but its scheme and names of parameters: it may hold credentials. */
function parse(url: string, example: string, known: readonly string[]): CloudUrl {
  const fail = (fault: string): never => {
    throw new BetfairConfigurationError(`${fault} Write it as ${example}.`);
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
  for (const [name, value] of searchParams) {
    if (!known.includes(name)) {
      // What is no pair of a name and a value may be anything.
      const unknown =
        /^[a-z_]{1,30}$/.test(name) && value !== ''
          ? `no parameter "${name}"`
          : 'no such parameter';
      fail(`${scheme} has ${unknown}. It knows ${known.join(', ')}.`);
    }
    if (value === '') fail(`the parameter "${name}" has no value.`);
    if (searchParams.getAll(name).length > 1) fail(`the parameter "${name}" is given twice.`);
  }
  return { name: decode(hostname) ?? fail(BAD_ESCAPE), parameters: new Map(searchParams) };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function flag(parameters: ReadonlyMap<string, string>, name: string): boolean | undefined {
  const value = choice(parameters, name, ['true', 'false']);
  return value === undefined ? undefined : value === 'true';
}

function choice<T extends string>(
  parameters: ReadonlyMap<string, string>,
  name: string,
  values: readonly T[],
): T | undefined {
  if (!parameters.has(name)) return undefined;
  const value = values.find((one) => one === parameters.get(name));
  if (value !== undefined) return value;
  throw new BetfairConfigurationError(`the parameter "${name}" must be ${values.join(' or ')}.`);
}
