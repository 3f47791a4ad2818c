// Where other libraries keep a token that lives, each with one in it: what their users `await` before every call.
import { ClientSecretCredential } from '@azure/identity';
import { memoize } from '@smithy/property-provider';
import { OAuth2Client } from 'google-auth-library';

const HOUR = 3_600_000;

/** A memoized provider with the two functions that the AWS SDK hands in for credentials that expire. */
export function awsCache() {
  const credentials = { accessKeyId: 'id', expiration: new Date(Date.now() + HOUR) };
  return memoize(
    async () => credentials,
    ({ expiration }) => expiration !== undefined && expiration.getTime() - Date.now() < 300_000,
    ({ expiration }) => expiration !== undefined,
  );
}

/** The client of an account that was authorised, and whose token need not be refreshed yet. */
export function googleCache() {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: 'token', expiry_date: Date.now() + HOUR });
  return () => client.getAccessToken();
}

/** A credential whose token was asked for once, from an authority that is no more than what it answers. */
export async function azureCache() {
  const answers = {
    'openid-configuration': {
      token_endpoint: 'https://authority.test/tenant/oauth2/v2.0/token',
      issuer: 'https://authority.test/tenant/v2.0',
      authorization_endpoint: 'https://authority.test/tenant/oauth2/v2.0/authorize',
      jwks_uri: 'https://authority.test/tenant/keys',
    },
    token: { token_type: 'Bearer', expires_in: 3_600, access_token: 'token' },
  };
  let asked = 0;
  const httpClient = {
    async sendRequest(request) {
      asked += 1;
      const answer = answers[new URL(request.url).pathname.split('/').at(-1)];
      const { headers } = request;
      return { request, status: 200, headers, bodyAsText: JSON.stringify(answer) };
    },
  };
  const credential = new ClientSecretCredential('tenant', 'client', 'secret', {
    authorityHost: 'https://authority.test',
    disableInstanceDiscovery: true,
    httpClient,
  });
  const cache = () => credential.getToken('https://scope.test/.default');
  await cache();
  const first = asked;
  await cache();
  if (asked !== first) throw new Error('The token of Azure was not kept.');
  return cache;
}
