/** A request of a program in another language. `{host}`, `{key}` and `{token}` are filled in. */
export interface ProgramStep {
  /** The host it goes to: the one that asks for a client certificate, or the main one. */
  readonly to: 'certificate' | 'main';
  /** Request line and headers, in the order in which the program sends them. */
  readonly lines: readonly string[];
  readonly body?: string;
  /** Members of the answer, or what a list holds. */
  readonly answer: object;
}

export interface Program {
  readonly name: string;
  readonly steps: readonly ProgramStep[];
}

/** The credentials that these programs send; some of them encode nothing. */
export const CREDENTIALS = { username: 'punter', password: 'correct-horse' };

const FORM = 'username=punter&password=correct-horse';
const LIST =
  '{"jsonrpc":"2.0","method":"SportsAPING/v1.0/listEventTypes","params":{"filter":{}},"id":1}';
const FILTER = '{"filter":{}}';
const HORSE_RACING = { eventType: { id: '7', name: 'Horse Racing' } };
const CERT_LOGIN = { loginStatus: 'SUCCESS' };
const DONE = { status: 'SUCCESS', error: '' };
const LISTED = { id: 1, result: expect.arrayContaining([expect.objectContaining(HORSE_RACING)]) };
const REST_LISTED = expect.arrayContaining([expect.objectContaining(HORSE_RACING)]);

/** Requests of Betfair's samples and of published clients, as their HTTP libraries write them. */
export const PROGRAMS: readonly Program[] = [
  {
    name: "Betfair's samples in Python, with requests and urllib",
    steps: [
      {
        to: 'certificate',
        lines: [
          'POST /api/certlogin HTTP/1.1',
          'Host: {host}',
          'User-Agent: python-requests/2.31.0',
          'Accept-Encoding: gzip, deflate',
          'Accept: */*',
          'Connection: keep-alive',
          'X-Application: {key}',
          'Content-Type: application/x-www-form-urlencoded',
          'Content-Length: {length}',
        ],
        body: FORM,
        answer: CERT_LOGIN,
      },
      {
        to: 'main',
        lines: [
          'POST /exchange/betting/json-rpc/v1 HTTP/1.1',
          'Accept-Encoding: identity',
          'Content-Length: {length}',
          'Host: {host}',
          'User-Agent: Python-urllib/3.11',
          'X-application: {key}',
          'X-authentication: {token}',
          'Content-type: application/json',
          'Connection: close',
        ],
        body: LIST,
        answer: LISTED,
      },
    ],
  },
  {
    name: "Betfair's samples with curl",
    steps: [
      {
        to: 'certificate',
        lines: [
          'POST /api/certlogin HTTP/1.1',
          'Host: {host}',
          'User-Agent: curl/7.88.1',
          'Accept: */*',
          'X-Application: {key}',
          'Content-Length: {length}',
          'Content-Type: application/x-www-form-urlencoded',
        ],
        body: FORM,
        answer: CERT_LOGIN,
      },
      {
        to: 'main',
        lines: [
          'GET /api/keepAlive HTTP/1.1',
          'Host: {host}',
          'User-Agent: curl/7.88.1',
          'Accept: application/json',
          'X-Application: {key}',
          'X-Authentication: {token}',
        ],
        answer: DONE,
      },
      {
        // "curl -d" without a content type calls it a form.
        to: 'main',
        lines: [
          'POST /exchange/betting/json-rpc/v1 HTTP/1.1',
          'Host: {host}',
          'User-Agent: curl/7.88.1',
          'Accept: */*',
          'X-Application: {key}',
          'X-Authentication: {token}',
          'Content-Length: {length}',
          'Content-Type: application/x-www-form-urlencoded',
        ],
        body: LIST,
        answer: LISTED,
      },
      {
        to: 'main',
        lines: [
          'GET /api/logout HTTP/1.1',
          'Host: {host}',
          'User-Agent: curl/7.88.1',
          'Accept: application/json',
          'X-Authentication: {token}',
        ],
        answer: DONE,
      },
    ],
  },
  {
    name: "Betfair's stream sample in C#",
    steps: [
      {
        to: 'main',
        lines: [
          `POST /api/login?${FORM} HTTP/1.1`,
          'X-Application: {key}',
          'Accept: application/json',
          'Host: {host}',
          'Content-Length: 0',
          'Connection: Keep-Alive',
        ],
        answer: DONE,
      },
    ],
  },
  {
    name: "Betfair's stream sample in Java",
    steps: [
      {
        to: 'main',
        lines: [
          `POST /api/login?${FORM} HTTP/1.1`,
          'Accept: application/json',
          'X-Application: {key}',
          'Content-Type: application/json',
          'User-Agent: Java/1.8.0_392',
          'Host: {host}',
          'Connection: keep-alive',
          'Content-Length: 0',
        ],
        answer: DONE,
      },
    ],
  },
  {
    name: 'a client in Go, with net/http',
    steps: [
      {
        to: 'certificate',
        lines: [
          'POST /api/certlogin HTTP/1.1',
          'Host: {host}',
          'User-Agent: Go-http-client/1.1',
          'Content-Length: {length}',
          'Content-Type: application/x-www-form-urlencoded',
          'X-Application: {key}',
          'Accept-Encoding: gzip',
        ],
        body: FORM,
        answer: CERT_LOGIN,
      },
      {
        to: 'main',
        lines: [
          'POST /exchange/betting/rest/v1/listEventTypes/ HTTP/1.1',
          'Host: {host}',
          'User-Agent: Go-http-client/1.1',
          'Content-Length: {length}',
          'Accept: application/json',
          'Content-Type: application/json',
          'X-Application: {key}',
          'X-Authentication: {token}',
          'Accept-Encoding: gzip',
        ],
        body: FILTER,
        answer: REST_LISTED,
      },
      {
        to: 'main',
        lines: [
          'POST /api/keepAlive HTTP/1.1',
          'Host: {host}',
          'User-Agent: Go-http-client/1.1',
          'Content-Length: 0',
          'Accept: application/json',
          'X-Authentication: {token}',
          'Accept-Encoding: gzip',
        ],
        answer: DONE,
      },
    ],
  },
  {
    name: "a client in PHP, and Betfair's sample in it",
    steps: [
      {
        to: 'main',
        lines: [
          'POST /api/login/ HTTP/1.1',
          'Host: {host}',
          'X-Application: {key}',
          'Accept: application/json',
          'Content-Type: application/x-www-form-urlencoded',
          'Content-Length: {length}',
        ],
        body: FORM,
        answer: DONE,
      },
      {
        to: 'main',
        lines: [
          'POST /exchange/betting/rest/v1.0/listEventTypes/ HTTP/1.1',
          'Host: {host}',
          'X-Application: {key}',
          'X-Authentication: {token}',
          'X-IP: 212.58.244.20',
          'Accept: application/json',
          'Content-Type: application/json',
          'Content-Length: {length}',
        ],
        body: FILTER,
        answer: REST_LISTED,
      },
      {
        to: 'main',
        lines: [
          'GET /api/keepAlive/ HTTP/1.1',
          'Host: {host}',
          'X-Authentication: {token}',
          'Accept: application/json',
        ],
        answer: DONE,
      },
      {
        to: 'main',
        lines: [
          'GET /api/logout/ HTTP/1.1',
          'Host: {host}',
          'X-Authentication: {token}',
          'Accept: application/json',
        ],
        answer: DONE,
      },
    ],
  },
  {
    name: 'a client in R, with httr',
    steps: [
      {
        to: 'main',
        lines: [
          `POST /api/login?${FORM} HTTP/1.1`,
          'Host: {host}',
          'User-Agent: libcurl/7.88.1 r-curl/5.0.2 httr/1.4.7',
          'Accept-Encoding: deflate, gzip',
          'Accept: application/json',
          'X-Application: {key}',
          'Content-Length: 0',
        ],
        answer: DONE,
      },
      {
        to: 'main',
        lines: [
          'POST /exchange/betting/json-rpc/v1 HTTP/1.1',
          'Host: {host}',
          'User-Agent: libcurl/7.88.1 r-curl/5.0.2 httr/1.4.7',
          'Accept-Encoding: deflate, gzip',
          'Accept: application/json',
          'X-Application: {key}',
          'X-Authentication: {token}',
          'Content-Length: {length}',
        ],
        body: `[${LIST}]`,
        answer: [LISTED],
      },
    ],
  },
  {
    name: "a client in Perl with HTTP::Tiny, and Betfair's sample in it",
    steps: [
      {
        to: 'main',
        lines: [
          'POST /api/login/ HTTP/1.1',
          'Host: {host}',
          'Connection: close',
          'User-Agent: HTTP-Tiny/0.082',
          'Accept: application/json',
          'Accept-Encoding: gzip',
          'X-Application: {key}',
          'Content-Length: {length}',
          'Content-Type: application/x-www-form-urlencoded',
        ],
        body: FORM,
        answer: DONE,
      },
      {
        to: 'main',
        lines: [
          'POST /exchange/betting/rest/v1/listEventTypes/ HTTP/1.1',
          'TE: deflate,gzip;q=0.3',
          'Connection: TE, close',
          'Accept: application/json',
          'Host: {host}',
          'User-Agent: REST::Client/281',
          'Content-Length: {length}',
          'Content-Type: application/json',
          'X-Application: {key}',
          'X-Authentication: {token}',
        ],
        body: FILTER,
        answer: REST_LISTED,
      },
      {
        to: 'main',
        lines: [
          'POST /exchange/heartbeat/json-rpc/v1/ HTTP/1.1',
          'Host: {host}',
          'Connection: close',
          'User-Agent: HTTP-Tiny/0.082',
          'Accept: application/json',
          'Accept-Encoding: gzip',
          'Content-Length: {length}',
          'Content-Type: application/json',
          'X-Application: {key}',
          'X-Authentication: {token}',
        ],
        body: '{"id":1,"jsonrpc":"2.0","method":"HeartbeatAPING/v1.0/heartbeat","params":{"preferredTimeoutSeconds":30}}',
        answer: { id: 1, result: { actualTimeoutSeconds: 30 } },
      },
      {
        to: 'main',
        lines: [
          'POST /api/logout/ HTTP/1.1',
          'Host: {host}',
          'Connection: close',
          'User-Agent: HTTP-Tiny/0.082',
          'Accept: application/json',
          'Accept-Encoding: gzip',
          'X-Authentication: {token}',
          'Content-Length: 0',
        ],
        answer: DONE,
      },
    ],
  },
  {
    name: 'a client on Node, which reads the navigation menu',
    steps: [
      {
        to: 'main',
        lines: [
          'POST /api/login HTTP/1.1',
          'X-Application: {key}',
          'Accept: application/json',
          'Content-Type: application/x-www-form-urlencoded',
          'Content-Length: {length}',
          'Host: {host}',
          'Connection: close',
        ],
        body: FORM,
        answer: DONE,
      },
      {
        to: 'main',
        lines: [
          'GET /exchange/betting/rest/v1/en/navigation/menu.json HTTP/1.1',
          'X-Application: {key}',
          'X-Authentication: {token}',
          'Content-Type: application/json',
          'accept: */*',
          'accept-encoding: gzip, deflate',
          'Host: {host}',
          'Connection: close',
        ],
        answer: { type: 'GROUP', name: 'ROOT' },
      },
    ],
  },
];
