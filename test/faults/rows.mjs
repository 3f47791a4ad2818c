// What can go wrong, and what must come of it. The tests that show a row carry its number: `[fault 17]`.
const rows = [
  [
    '1,000 callers at once; nothing in memory, nothing stored',
    'one login, one write, one session for all',
  ],
  ['1,000 callers at once; a valid token is stored', 'one keepAlive, no login'],
  [
    '1,000 requests are refused for their session at one moment',
    'one renewal; each is sent twice at most',
  ],
  [
    'the same, and refusals still come in seconds after the renewal',
    'they get the session that there is; no second renewal',
  ],
  [
    'a million calls of `getSession` with a valid session',
    'no request, no read of the store, a flat heap',
  ],
  ['the new session is refused too', 'one repetition, then a typed error; no loop'],
  ['a login returns the same token text as before', 'a new session all the same; no loop'],
  [
    'keepAlive meets DNS failure, reset, redirect, 403, 502, HTML, half a JSON, silence, `INTERNAL_ERROR`',
    'a transient error, or 30 s more of a session known to be good; never a login',
  ],
  ['keepAlive says that the stored session is gone', 'exactly one login'],
  [
    'keepAlive succeeds and echoes another token, none, or another product',
    'the token that was sent counts',
  ],
  [
    'a code that Betfair never documented, at login or keepAlive',
    'a typed error; one attempt, or none',
  ],
  [
    'a wrong password and thousands of callers',
    'one attempt until the credentials change or a person lifts it',
  ],
  [
    'every lasting refusal that Betfair has a code for',
    'one attempt each; the error names what to do',
  ],
  [
    "Betfair's temporary ban",
    'no login by any process until it ends; a valid session is served on',
  ],
  ['50 restarts in a minute while refused or banned', 'one attempt at most'],
  [
    'every new session is refused at once, thousands of times',
    '5 logins of one process, 20 a minute of a fleet',
  ],
  [
    'a login is never answered, or its body never ends',
    'an error at the deadline; the next caller starts afresh',
  ],
  ['an impatient caller and a patient one wait for one login', 'only the impatient one gives up'],
  ['all callers give up during a login', 'it ends well, and its session is kept'],
  [
    'the session cannot be stored',
    '`required`: logged out, typed error, no storm; `best-effort`: served and stored later',
  ],
  [
    'the store is down at start',
    '`required`: no login; `best-effort`: a login and a degraded status',
  ],
  ['the store hangs while a session is in memory', 'no caller notices'],
  [
    'the stored text is empty, blank, binary, two lines, a megabyte',
    'never sent to Betfair; replaced by one login',
  ],
  ['two processes write at once', 'one stored session that lives; the other is logged out'],
  [
    'a process is stopped between its login and its write while others go on',
    'nothing newer is overwritten',
  ],
  ['a keepAlive of the old session is answered after the new one came', 'the answer is dropped'],
  [
    'a renewal fails after another process stored a good session',
    'it is adopted, and nothing is deleted',
  ],
  ['50 processes start at once with an empty store', 'one login between them'],
  ['the session of 50 processes is ended under all of them', 'one login between them'],
  ['the process that logs in is killed', 'another takes over after the lease'],
  [
    'the process that logs in is stopped for longer than the lease, and goes on',
    'it makes no late login, or its write is refused',
  ],
  [
    'the record of the lease cannot be reached',
    '`required`: no login; `best-effort`: logins spread over time',
  ],
  [
    'clocks an hour off, set back and forth, or running at another rate',
    'lifetimes and leases keep their length; one token is kept',
  ],
  ['scheduled keep-alive in 50 processes for 24 hours', 'one login; not in step'],
  ['the keep-alive loop meets every kind of failure', 'it goes on, in time'],
  [
    'the process sleeps past the lifetime of its session',
    'served from memory; refused, one renewal',
  ],
  [
    'the application is closed during a login, a keepAlive, a write; other hooks throw',
    'work in flight ends in time; the shared session lives on',
  ],
  [
    'sessions are bound to the address that logged in, and 20 processes share one store',
    '20 logins a minute at most',
  ],
  [
    'time-outs, 5xx, batches, streams, forms, nested calls, interceptors upon each other, redirects',
    'repeated once, by the innermost, and only after an explicit refusal of the session',
  ],
  [
    'every error printed in every way; several accounts mixed; minutes at full speed with random faults',
    'no secret, no token of another account, flat memory',
  ],
];

export const faults = rows.map(([title, outcome], index) => ({
  number: index + 1,
  title,
  outcome,
}));
