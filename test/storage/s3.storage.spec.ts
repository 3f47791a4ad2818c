import { BetfairConfigurationError, MissingPackageError, S3Storage } from 'nestjs-betfair-session';
import { openCloud } from './support/cloud-urls.js';

describe('S3Storage', () => {
  it.each([
    ['without a bucket', { bucket: '' }],
    ['with a prefix that leaves the folder', { bucket: 'b', prefix: '../other/' }],
    ['with a prefix that starts with a slash', { bucket: 'b', prefix: '/x' }],
    ['with an endpoint that is no URL', { bucket: 'b', endpoint: 'localhost:9000' }],
    ['with credentials in the endpoint', { bucket: 'b', endpoint: 'https://key:CANARY@s3.local' }],
  ])('is refused %s', (_, options) => {
    expect(() => new S3Storage(options)).toThrow(BetfairConfigurationError);
    expect(() => new S3Storage(options)).not.toThrow(/CANARY/);
  });

  it('names the package to install at start-up', async () => {
    const failure = await openCloud('s3://bucket?region=eu-west-1');
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/npm i @aws-sdk\/client-s3$/) });
  });

  it.each([
    ['s3://', /needs the name of a bucket/],
    ['s3://bucket/folder', /folders go into \?prefix=folder\//],
    ['s3://bucket?profile=x', /no parameter "profile"\. It knows region, endpoint, use_path_style/],
    ['s3://bucket?region=', /"region" has no value/],
    ['s3://bucket?region=a&region=b', /"region" is given twice/],
    ['s3://bucket?use_path_style=yes', /"use_path_style" must be true or false/],
    ['s3://bucket?prefix=../x/', /the prefix .* cannot be used/],
    ['s3://key:CANARY@bucket', /takes no credentials/],
    ['s3://bucket#CANARY', /neither a port nor a fragment/],
    ['s3://buc ket?x=CANARY', /cannot be read/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure = await openCloud(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('CANARY');
  });

  it('knows its place by bucket and prefix', () => {
    const { location } = new S3Storage({ bucket: 'bucket', prefix: 'betfair/', region: 'x' });
    expect(location).toBe('s3://bucket/betfair/');
  });
});
