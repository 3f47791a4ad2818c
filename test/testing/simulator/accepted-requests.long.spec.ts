import { BetfairSimulator } from '../../../lib/testing/index.js';
import {
  ACCEPTED,
  type Fact,
  type ProofPlace,
  type RequestKind,
} from '../../../lib/testing/simulator/http/accepted-requests.js';
import { pages } from '../../readme/blocks.js';
import { rightClient, send, TestClock, type RawRequest, type Reply } from './wire.js';

const LIST = '{"jsonrpc":"2.0","method":"SportsAPING/v1.0/listEventTypes","id":1}';
const PLACES: readonly ProofPlace[] = ['form body', 'query', 'X-Authentication'];
const TYPES = { form: 'application/x-www-form-urlencoded', JSON: 'application/json' };
const KINDS: readonly RequestKind[] = [
  'certLogin',
  'login',
  'keepAlive',
  'logout',
  'json-rpc',
  'rest',
  'menu',
];

const clock = new TestClock();
let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start({ clock });
});

afterAll(() => simulator.stop());

describe.each(KINDS)('%s', (kind) => {
  const accepted = ACCEPTED[kind];
  const isLogin = kind === 'certLogin' || kind === 'login';
  const usual = isLogin ? 'form body' : 'X-Authentication';

  interface Variation {
    readonly path?: string;
    readonly method?: string;
    readonly place?: ProofPlace;
    /** Headers to set, or to leave out. */
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly isDead?: boolean;
  }

  /** A request that is right apart from the variation. */
  async function ask(variation: Variation = {}): Promise<Reply> {
    const options = simulator.options();
    // So that no login is one of too many in a minute.
    clock.now += 60_000;
    const token = await rightClient(options).token();
    if (variation.isDead) simulator.endSessions();
    const { place = usual, method = accepted.methods.is[0] ?? '' } = variation;
    const credentials = { username: options.username, password: options.password };
    const proof = new URLSearchParams(isLogin ? credentials : { 'X-Authentication': token });
    const isForm = place === 'form body';
    const headers = {
      accept: 'application/json',
      'x-application': options.applicationKey,
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'x-authentication': place === 'X-Authentication' && !isLogin ? token : undefined,
      ...variation.headers,
    };
    const [path = ''] = accepted.paths.is;
    const { origin } = new URL(options.endpoints[kind === 'certLogin' ? 'certLogin' : 'login']);
    const query = place === 'query' ? `?${proof.toString()}` : '';
    const body = isForm ? proof.toString() : kind === 'json-rpc' ? LIST : '';
    const raw: RawRequest = {
      method,
      headers: Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      ),
      // Node sends a body with these two only.
      body: method === 'POST' || method === 'PUT' ? body : '',
      certificate: kind === 'certLogin' ? options.certificate : undefined,
    };
    return send(options.ca, origin + (variation.path ?? filled(path)) + query, raw);
  }

  it('is taken as it is documented, at each of its paths', async () => {
    for (const path of accepted.paths.is) {
      expect(isTaken(await ask({ path: filled(path) }))).toBe(true);
    }
  });

  it('has the methods of the table', async () => {
    const taken: string[] = [];
    for (const method of ['DELETE', 'GET', 'POST', 'PUT']) {
      const place = isLogin ? 'query' : usual;
      if ((await ask({ method, place })).status !== 405) taken.push(method);
    }
    expect(taken).toEqual(accepted.methods.is);
  });

  it('has the slash of the table', async () => {
    const [path = ''] = accepted.paths.is;
    expect(isTaken(await ask({ path: `${filled(path)}/` }))).toBe(accepted.slash.is === 'optional');
  });

  it.each([undefined, '*/*'])('with Accept %s answers in the form of the table', async (accept) => {
    const headers = { accept };
    const types = {
      JSON: ['application/json', 'application/json'],
      HTML: ['text/html; charset=utf-8', 'text/html; charset=utf-8'],
      image: ['image/gif', 'image/gif'],
      'faults in XML': ['application/json', 'application/xml'],
    };
    const replies = [await ask({ headers }), await ask({ headers, isDead: true })];
    expect(replies.map((reply) => reply.headers['content-type'])).toEqual(
      types[accepted.withoutAccept.is],
    );
  });

  it('finds the caller in the places of the table', async () => {
    const taken: ProofPlace[] = [];
    for (const place of PLACES) {
      if (isTaken(await ask({ place }))) taken.push(place);
    }
    expect(taken).toEqual(accepted.proof.is);
  });

  it.each([undefined, ...Object.values(TYPES), 'multipart/form-data', 'text/plain'])(
    'reads a body of the content type %s as the table says',
    async (type) => {
      const { is } = accepted.contentType;
      const reply = await ask({ headers: { 'content-type': type } });
      expect(isTaken(reply)).toBe(is === 'any' || type === TYPES[is]);
    },
  );

  it.each([undefined, 'text/plain'])(
    'takes what the query says with the content type %s',
    async (type) => {
      const reply = await ask({ place: 'query', headers: { 'content-type': type } });
      expect(isTaken(reply)).toBe(accepted.proof.is.some((place) => place === 'query'));
    },
  );

  it('needs the application key as the table says', async () => {
    const reply = await ask({ headers: { 'x-application': undefined } });
    expect(isTaken(reply)).toBe(accepted.application.is === 'optional');
  });
});

it('docs/simulator.md has the table', () => {
  const { text = '' } = pages.find(({ path }) => path === 'docs/simulator.md') ?? {};
  const [, table = ''] = text.split('## What each request may look like');
  const rows = (table.split('\n## ')[0]?.match(/^\|.*\|$/gm) ?? []).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(rows.slice(2)).toEqual(
    KINDS.map((kind) => {
      const { paths, methods, slash, withoutAccept, proof, contentType, application } =
        ACCEPTED[kind];
      const code = { ...paths, is: paths.is.map((path) => `\`${path}\``) };
      return [
        `\`${kind}\``,
        ...[code, methods, slash, withoutAccept, proof, contentType, application].map(cellOf),
      ];
    }),
  );
});

function cellOf({ is, source }: Fact<string | readonly string[]>): string {
  return `${[is].flat().join(', ')} (${source})`;
}

function filled(path: string): string {
  return path
    .replace('<service>', 'betting')
    .replace('<operation>', 'listEventTypes')
    .replace('<locale>', 'en');
}

/** Whether a request was understood and carried out. */
function isTaken({ status, body }: Reply): boolean {
  return status === 200 && /"SUCCESS"|"type":"GROUP"|"marketCount"/.test(body);
}
