import { cleanUp } from './proxied.application.js';
import { injectedStoresAreKnown, storesAreKnown } from './proxied-stores.cases.js';
import { WRAPPERS } from './wrappers.js';

afterEach(cleanUp);

describe.each(WRAPPERS)('in an application of proxies $name, a store', (wrapper) => {
  storesAreKnown(() => wrapper);
  if (wrapper.change === undefined) injectedStoresAreKnown(() => wrapper);
});
