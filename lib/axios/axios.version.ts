import type { AxiosInstanceLike } from './axios.interface.js';

/**
 * Finds out whether an instance sends with the `fetch` that it is given, as axios does since 1.12: by a request that
 * reaches no network, since an instance does not tell its version. Known as soon as this returns.
 */
export function takesFetch(axios: AxiosInstanceLike): () => boolean {
  let taken = false;
  const probe = async () => {
    taken = true;
    return new Response('');
  };
  const request = {
    url: 'data:,',
    // An instance takes over the settings of the one that it is made from.
    baseURL: '',
    method: 'get',
    adapter: 'fetch',
    env: { fetch: probe },
  };
  // Whatever the request itself comes to.
  axios
    .create?.()
    .request(request)
    .catch(() => undefined);
  return () => taken;
}
