/** Source of a fact about Betfair: official documentation or source, a recording, or an inference. */
type Source = 'off' | 'rec' | 'inf';

/** Kinds of requests that the simulator answers. */
export type RequestKind =
  'certLogin' | 'login' | 'keepAlive' | 'logout' | 'json-rpc' | 'rest' | 'menu';

/** Place of the credentials or the token in a request. */
export type ProofPlace = 'form body' | 'query' | 'X-Authentication';

/** A fact and its source. */
export interface Fact<T> {
  readonly is: T;
  readonly source: Source;
}

/** Rules of Betfair for one kind of request. */
export interface AcceptedRequest {
  /** `<name>` stands for one segment. */
  readonly paths: Fact<readonly string[]>;
  /** Accepted methods; any other gets 405 and HTML. */
  readonly methods: Fact<readonly ('GET' | 'POST')[]>;
  /** Rule for a slash after the path. */
  readonly slash: Fact<'optional' | 'refused'>;
  /** Answer to a request without `application/json` in its `Accept` header. */
  readonly withoutAccept: Fact<'JSON' | 'HTML' | 'image' | 'faults in XML'>;
  /** Places of the credentials or the token; the first one with a field is used. */
  readonly proof: Fact<readonly ProofPlace[]>;
  /** Content types with which the body is read. The query is read with any. */
  readonly contentType: Fact<'any' | 'form' | 'JSON'>;
  /** Rule for the application key. */
  readonly application: Fact<'needed' | 'optional'>;
}

const MEDIA_TYPES = { form: 'application/x-www-form-urlencoded', JSON: 'application/json' };

/** Rules of Betfair, which accepts more than this package sends. */
export const ACCEPTED: Readonly<Record<RequestKind, AcceptedRequest>> = {
  certLogin: {
    paths: fact(['/api/certlogin'], 'off'),
    methods: fact(['POST'], 'rec'),
    slash: fact('refused', 'inf'),
    withoutAccept: fact('JSON', 'off'),
    proof: fact(['form body', 'query'], 'off'),
    contentType: fact('form', 'inf'),
    application: fact('needed', 'off'),
  },
  login: {
    paths: fact(['/api/login'], 'off'),
    methods: fact(['POST'], 'inf'),
    slash: fact('optional', 'inf'),
    withoutAccept: fact('HTML', 'off'),
    proof: fact(['form body', 'query'], 'off'),
    contentType: fact('form', 'inf'),
    application: fact('needed', 'off'),
  },
  keepAlive: {
    paths: fact(['/api/keepAlive'], 'off'),
    methods: fact(['GET', 'POST'], 'off'),
    slash: fact('optional', 'inf'),
    withoutAccept: fact('image', 'rec'),
    proof: fact(['X-Authentication'], 'off'),
    contentType: fact('any', 'off'),
    application: fact('optional', 'off'),
  },
  logout: {
    paths: fact(['/api/logout'], 'off'),
    methods: fact(['GET', 'POST'], 'off'),
    slash: fact('optional', 'inf'),
    withoutAccept: fact('HTML', 'off'),
    proof: fact(['X-Authentication'], 'off'),
    contentType: fact('any', 'off'),
    application: fact('optional', 'off'),
  },
  'json-rpc': {
    paths: fact(['/exchange/<service>/json-rpc/v1'], 'off'),
    methods: fact(['POST'], 'inf'),
    slash: fact('optional', 'inf'),
    withoutAccept: fact('JSON', 'inf'),
    proof: fact(['X-Authentication'], 'off'),
    contentType: fact('any', 'off'),
    application: fact('needed', 'off'),
  },
  rest: {
    paths: fact(
      ['/exchange/<service>/rest/v1.0/<operation>', '/exchange/<service>/rest/v1/<operation>'],
      'off',
    ),
    methods: fact(['POST'], 'inf'),
    slash: fact('optional', 'inf'),
    withoutAccept: fact('faults in XML', 'inf'),
    proof: fact(['X-Authentication'], 'off'),
    contentType: fact('JSON', 'off'),
    application: fact('needed', 'off'),
  },
  menu: {
    paths: fact(['/exchange/betting/rest/v1/<locale>/navigation/menu.json'], 'inf'),
    methods: fact(['GET'], 'inf'),
    slash: fact('refused', 'inf'),
    withoutAccept: fact('faults in XML', 'inf'),
    proof: fact(['X-Authentication'], 'inf'),
    contentType: fact('any', 'inf'),
    application: fact('needed', 'inf'),
  },
};

const PATTERNS = new Map(
  Object.entries(ACCEPTED).map(([kind, { paths, slash }]) => [
    kind,
    paths.is.map((path) => pattern(path, slash.is)),
  ]),
);

/** Returns the named segments of a path that requests of that kind may have. */
export function matchPath(
  kind: RequestKind,
  pathname: string,
): Readonly<Record<string, string>> | undefined {
  for (const path of PATTERNS.get(kind) ?? []) {
    const found = path.exec(pathname);
    if (found) return { ...found.groups };
  }
  return undefined;
}

/** Tells if requests of that kind may have this method. */
export function acceptsMethod(kind: RequestKind, method: string): boolean {
  return ACCEPTED[kind].methods.is.some((accepted) => accepted === method);
}

/** Tells if the body of such a request is read with this media type. */
export function readsBodyOf(kind: RequestKind, mediaType: string): boolean {
  const { is } = ACCEPTED[kind].contentType;
  return is === 'any' || mediaType === MEDIA_TYPES[is];
}

/** Tells if a request of that kind is refused because its application key is missing. */
export function lacksApplicationKey(kind: RequestKind, key: string | undefined): boolean {
  return !key && ACCEPTED[kind].application.is === 'needed';
}

function pattern(path: string, slash: 'optional' | 'refused'): RegExp {
  const segments = path.replaceAll('.', '\\.').replaceAll(/<(\w+)>/g, '(?<$1>\\w+)');
  return new RegExp(`^${segments}${slash === 'optional' ? '/?' : ''}$`);
}

function fact<const T>(is: T, source: Source): Fact<T> {
  return { is, source };
}
