import {
  BetfairConfigurationError,
  GcsStorage,
  MemoryStorage,
  MissingPackageError,
} from 'nestjs-betfair-session';
import { failureOf } from '../support/opened.js';

describe('GcsStorage', () => {
  it.each([[{ bucket: '' }], [{}], [undefined]])('is refused without a bucket (%j)', (options) => {
    const create = () => Reflect.construct(GcsStorage, [options]);
    expect(create).toThrow(BetfairConfigurationError);
    expect(create).toThrow(/the GCS bucket of the session store has no name\..*gs:\/\/my-bucket/);
  });

  it('names the package to install at start-up', async () => {
    const failure = await failureOf('gs://bucket?prefix=betfair/');
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^GCS storage needs .* npm i @google-cloud\/storage$/),
    });
  });

  it.each([
    ['gs:bucket', /needs the name of a bucket.*Write it as gs:\/\/my-bucket\?prefix=/],
    ['gs://bucket?location=x', /the parameter "location"\. It supports only prefix/],
    ['gs://bucket:1', /must not contain a port/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
  });
});

function place(prefix?: string): unknown {
  return new GcsStorage({ bucket: 'bucket', prefix }).location;
}

describe('two stores', () => {
  it('with one location count as one', () => {
    expect(place('betfair/')).toBe(place('betfair/'));
    expect(place('betfair/')).not.toBe(place('other/'));
    expect(place()).not.toBe(new GcsStorage({ bucket: 'other' }).location);
    expect(new MemoryStorage().location).not.toBe(new MemoryStorage().location);
  });
});

describe('a text that is no URL of a store', () => {
  it('is not shown, since it may be a connection string', async () => {
    const failure = await failureOf('AccountName=a;AccountKey=CANARY');
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(String(failure)).not.toContain('CANARY');
  });
});
