import { cleanUp } from './proxied.application.js';
import { sessionsAreServed } from './proxied-sessions.cases.js';
import { WRAPPERS } from './wrappers.js';

afterEach(cleanUp);

describe.each(WRAPPERS)('in an application of proxies $name', (wrapper) =>
  sessionsAreServed(() => wrapper),
);
