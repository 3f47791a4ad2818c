import type { BetfairSessionOptions } from 'nestjs-betfair-session';

/** The secret, as JSON. */
interface BetfairSecret {
  readonly username: string;
  readonly password: string;
  readonly applicationKey: string;
  /** PEM, with line breaks. */
  readonly cert: string;
  readonly key: string;
}

function parse(text: string | undefined): BetfairSecret {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // Not the error of JSON.parse, which quotes the text.
    throw new Error('The secret with the credentials of Betfair is not JSON.');
  }
}

/** Options whose password and certificate are those of the secret at each login. */
export async function optionsFromSecret(
  read: () => Promise<string | undefined>,
): Promise<BetfairSessionOptions> {
  const load = async () => parse(await read());
  let secret = await load();
  return {
    username: secret.username,
    applicationKey: secret.applicationKey,
    // Asked first, so that both are of one reading.
    password: async () => {
      secret = await load();
      return secret.password;
    },
    certificate: () => ({ cert: secret.cert, key: secret.key }),
  };
}

/** `new SecretClient(url, new DefaultAzureCredential())` of `@azure/keyvault-secrets`. */
interface KeyVault {
  getSecret(name: string): Promise<{ readonly value?: string | undefined }>;
}

export function fromKeyVault(client: KeyVault, name: string) {
  return async () => (await client.getSecret(name)).value;
}

/** `new SecretsManager({ region })` of `@aws-sdk/client-secrets-manager`. */
interface SecretsManager {
  getSecretValue(input: {
    SecretId: string;
  }): Promise<{ readonly SecretString?: string | undefined }>;
}

export function fromSecretsManager(client: SecretsManager, id: string) {
  return async () => (await client.getSecretValue({ SecretId: id })).SecretString;
}
