import type { AxiosInstanceLike } from './axios.interface.js';

/**
 * Tests if an instance uses the `fetch` in its config, as axios does since 1.12. Instances have no version number, so
 * this makes a request that reaches no network. The result is known as soon as this returns.
 */
export function takesFetch(axios: AxiosInstanceLike): () => boolean {
  let taken = false;
  const probe = async () => {
    taken = true;
    return new Response('');
  };
  const request = {
    url: 'data:,',
    // A new instance inherits the settings of the one that makes it.
    baseURL: '',
    method: 'get',
    adapter: 'fetch',
    env: { fetch: probe },
  };
  // The outcome of the request does not matter.
  axios
    .create?.()
    .request(request)
    .catch(() => undefined);
  return () => taken;
}
