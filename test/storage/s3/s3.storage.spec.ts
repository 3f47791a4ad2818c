import { BetfairConfigurationError, MissingPackageError, S3Storage } from 'nestjs-betfair-session';
import { failureOf } from '../support/opened.js';

describe('S3Storage', () => {
  it.each([
    ['with a prefix that leaves the folder', { bucket: 'b', prefix: '../other/' }],
    ['with a prefix that starts with a slash', { bucket: 'b', prefix: '/x' }],
  ])('is refused %s', (_, options) => {
    expect(() => new S3Storage(options)).toThrow(BetfairConfigurationError);
  });

  it.each([[{ bucket: '' }], [{}], [undefined]])('is refused without a bucket (%j)', (options) => {
    const create = () => Reflect.construct(S3Storage, [options]);
    expect(create).toThrow(BetfairConfigurationError);
    expect(create).toThrow(
      /the S3 bucket of the session store has no name\..* such as s3:\/\/my-bucket/,
    );
  });

  it.each([
    's3.example.com',
    'localhost:9000',
    'xhttp://s3.example.com',
    'https+unix://s3.example.com',
    'https://CANARY@s3.example.com',
    'https://:CANARY@s3.example.com',
    'https://key:CANARY@s3.example.com',
  ])('is refused with the endpoint %s, which is not shown', (endpoint) => {
    const create = () => new S3Storage({ bucket: 'b', endpoint });
    expect(create).toThrow(BetfairConfigurationError);
    expect(create).toThrow(/must be an http: or https: URL without credentials, such as/);
    expect(create).not.toThrow(/CANARY/);
  });

  it.each(['http://127.0.0.1:9000', 'https://s3.example.com/path'])(
    'is taken with the endpoint %s',
    (endpoint) => {
      const { location } = new S3Storage({ bucket: 'b', endpoint });
      expect(location).toBe('s3://b/');
    },
  );

  it('names the package to install at start-up', async () => {
    const failure = await failureOf('s3://bucket?region=eu-west-1');
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^S3 storage needs .* npm i @aws-sdk\/client-s3$/),
    });
  });

  it.each([
    ['s3://', /needs the name of a bucket/],
    ['s3://bucket/folder', /must not contain a path\. Write a folder as \?prefix=folder\//],
    [
      's3://bucket?colour=x',
      /the parameter "colour"\. It supports only region, endpoint, use_path_style/,
    ],
    ['s3://bucket?region=', /"region" has no value/],
    ['s3://bucket?region=a&region=b', /"region" is set twice/],
    ['s3://bucket?use_path_style=yes', /"use_path_style" must be true or false/],
    ['s3://bucket?prefix=../x/', /the prefix .* cannot be used/],
    [
      's3://key:CANARY@bucket',
      /the s3: URL must not contain credentials\. Write it as s3:\/\/my-bucket/,
    ],
    ['s3://CANARY@bucket', /must not contain credentials/],
    ['s3://:CANARY@bucket', /must not contain credentials/],
    ['s3://bucket#CANARY', /must not contain a port or a fragment/],
    ['s3://bucket:443', /must not contain a port or a fragment/],
    ['s3://buc ket?x=CANARY', /the URL cannot be read/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('CANARY');
  });

  it('knows its place by bucket and prefix', () => {
    const { location } = new S3Storage({ bucket: 'bucket', prefix: 'betfair/', region: 'x' });
    expect(location).toBe('s3://bucket/betfair/');
  });
});
