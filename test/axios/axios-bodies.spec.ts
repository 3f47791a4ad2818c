import { Readable } from 'node:stream';
import { closeAccounts } from '../support/account.js';
import { RPC, rpcCall } from '../support/betting.js';
import { closeAgents, setUp } from './attached.js';
import { oldStream } from './old-stream.js';

afterEach(async () => {
  closeAgents();
  await closeAccounts();
});

const TEXT = JSON.stringify(rpcCall('listEventTypes', undefined, 'A'));
const JSON_TYPE = 'application/json';

/** A form of another implementation, such as that of the package `formdata-node`. */
class ForeignForm {
  readonly [Symbol.toStringTag] = 'FormData';

  *[Symbol.iterator]() {
    yield ['name', 'value'];
  }

  /** By which axios knows a form. */
  append(): void {}
}

describe('the body of an attached axios instance', () => {
  it.each<[string, unknown, string]>([
    ['a Blob with a type', new Blob([TEXT], { type: 'text/plain' }), 'text/plain'],
    ['a Blob without one', new Blob([TEXT]), JSON_TYPE],
    ['a stream', Readable.from([TEXT]), JSON_TYPE],
    ['an old stream', oldStream(TEXT), JSON_TYPE],
    ['an old stream of no type', oldStream(TEXT, () => ({})), JSON_TYPE],
    ['an old stream whose headers are null', oldStream(TEXT, () => null), JSON_TYPE],
    ['an old stream whose headers are a text', oldStream(TEXT, () => 'text'), JSON_TYPE],
    ['an old stream whose headers are no function', oldStream(TEXT, { a: 'b' }), JSON_TYPE],
    [
      'an old form',
      oldStream(TEXT, () => ({ 'content-type': 'multipart/form-data; boundary=b' })),
      'multipart/form-data; boundary=b',
    ],
  ])('is sent as it is, with its type or that of Betfair: %s', async (_, body, type) => {
    const { http, sent } = await setUp({ validateStatus: null });
    await http.post(RPC, body);
    expect(sent()).toEqual([
      expect.objectContaining({
        body: TEXT,
        headers: expect.objectContaining({ 'content-type': type }),
      }),
    ]);
    expect(sent()[0]?.headers).not.toHaveProperty('0');
  });

  it('keeps a type that the caller chose for a Blob without one, or for a stream', async () => {
    const { http, sent } = await setUp({ validateStatus: null });
    const headers = { 'Content-Type': 'text/csv' };
    await http.post(RPC, new Blob([TEXT]), { headers });
    await http.post(RPC, oldStream(TEXT), { headers });
    expect(sent().map((request) => request.headers['content-type'])).toEqual(
      Array(2).fill('text/csv'),
    );
  });

  it('is a form with the boundary that its type names', async () => {
    const { http, sent } = await setUp({ validateStatus: null });
    const form = new FormData();
    form.set('name', 'välue');
    await http.post(RPC, form);
    const [request] = sent();
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(
      request?.headers['content-type'] ?? '',
    )?.[1];
    expect(request?.body).toContain(`--${boundary}\r\n`);
    expect(request?.body).toContain('name="name"\r\n\r\nvälue\r\n');
  });

  it('cannot be a form of another implementation', async () => {
    const { http, simulator } = await setUp();
    await expect(http.post(RPC, new ForeignForm())).rejects.toThrow(/Use the global FormData/);
    expect(simulator.requests).toEqual([]);
  });
});
