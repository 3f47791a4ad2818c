import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

interface FakeObject {
  readonly content: Buffer;
  readonly contentType: string;
  readonly generation: string;
}

/** What Google answers where the request says it. */
export interface GcsFakeOptions {
  /** Refuse every request like one without rights. */
  readonly denied?: boolean;
}

/**
 * The part of Google Cloud Storage's JSON API that the stores use: get media, insert (multipart) and delete, with
 * `ifGenerationMatch`, and its error bodies.
 */
export class GcsFake {
  readonly #objects = new Map<string, FakeObject>();
  /** Microseconds since the epoch, as Google's are: past what a number holds exactly when counted on. */
  #generation = 1_763_900_000_000_000n;
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });

  private constructor(
    private readonly bucket: string,
    private readonly options: GcsFakeOptions,
  ) {}

  static async start(bucket: string, options: GcsFakeOptions = {}): Promise<GcsFake> {
    const fake = new GcsFake(bucket, options);
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The fake is closed.');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', this.origin);
    const path = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(url.pathname);
    const [, upload, bucket = '', encoded] = path ?? [];
    const name = encoded === undefined ? url.searchParams.get('name') : decodeURIComponent(encoded);
    const fail = (...error: Parameters<typeof errorBody>) =>
      sendJson(response, error[0], errorBody(...error));

    if (!path || name === null) return fail(404, 'notFound', 'Not Found');
    if (this.options.denied) {
      const message = `nobody@example.com does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).`;
      return fail(403, 'forbidden', message);
    }
    if (decodeURIComponent(bucket) !== this.bucket) {
      return fail(404, 'notFound', 'The specified bucket does not exist.');
    }

    const stored = this.#objects.get(name);
    const condition = url.searchParams.get('ifGenerationMatch');
    const missing = () => fail(404, 'notFound', `No such object: ${bucket}/${name}`);
    const holds = condition === null || condition === (stored?.generation ?? '0');

    if (request.method === 'GET' && url.searchParams.get('alt') === 'media') {
      if (stored === undefined) {
        response.writeHead(404, { 'content-type': 'text/html; charset=UTF-8' });
        response.end(`No such object: ${bucket}/${name}`);
        return;
      }
      response.writeHead(200, {
        'content-type': stored.contentType,
        'content-length': stored.content.length,
        'x-goog-generation': stored.generation,
        'x-goog-stored-content-encoding': 'identity',
      });
      response.end(stored.content);
      return;
    }
    if (request.method === 'DELETE') {
      if (stored === undefined) return missing();
      if (!holds) return fail(412, 'conditionNotMet', NOT_MET, CONDITION);
      this.#objects.delete(name);
      response.writeHead(204).end();
      return;
    }
    if (request.method === 'POST' && upload && url.searchParams.get('uploadType') === 'multipart') {
      if (!holds) return fail(412, 'conditionNotMet', NOT_MET, CONDITION);
      const generation = String((this.#generation += 1n));
      const { content, contentType } = parseMultipart(request, body);
      this.#objects.set(name, { content, contentType, generation });
      return sendJson(response, 200, {
        kind: 'storage#object',
        id: `${bucket}/${name}/${generation}`,
        name,
        bucket,
        generation,
        metageneration: '1',
        contentType,
        size: String(content.length),
      });
    }
    return fail(400, 'invalid', 'The fake does not know this request.');
  }
}

const NOT_MET = 'At least one of the pre-conditions you specified did not hold.';
const CONDITION = { locationType: 'header', location: 'If-Match' };

/** An error as the JSON API words it. */
export function errorBody(code: number, reason: string, message: string, more: object = {}) {
  return { error: { code, message, errors: [{ message, domain: 'global', reason, ...more }] } };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(body));
}

/** The second part is the content; its header names the type. */
function parseMultipart(request: IncomingMessage, body: Buffer) {
  const boundary = /boundary=(?:"([^"]+)"|([^;]+))/.exec(request.headers['content-type'] ?? '');
  const separator = Buffer.from(`--${boundary?.[1] ?? boundary?.[2] ?? ''}`);
  const second = body.indexOf(separator, body.indexOf(separator) + 1);
  const start = body.indexOf('\r\n\r\n', second) + 4;
  const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), separator]), start - 2);
  const head = body.subarray(second, start).toString();
  return {
    content: body.subarray(start, Math.max(start, end)),
    contentType: /content-type: (.+)\r\n/i.exec(head)?.[1] ?? 'application/octet-stream',
  };
}
