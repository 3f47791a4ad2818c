import { randomUUID } from 'node:crypto';
import {
  expectedVersion,
  type SessionStorage,
  SessionStorageError,
  StorageConflictError,
} from 'nestjs-betfair-session';

/** `new DynamoDB({ region })` of `@aws-sdk/client-dynamodb`. */
interface DynamoDb {
  getItem(input: object, options: object): Promise<{ Item?: Item | undefined }>;
  putItem(input: object, options: object): Promise<unknown>;
  deleteItem(input: object, options: object): Promise<unknown>;
}
type Item = Record<string, { S?: string | undefined }>;

/** Keeps sessions in a table whose partition key is the string `id`. */
export function dynamoDbStorage(client: DynamoDb, table: string): SessionStorage {
  // The SDK repeats a request whose answer was lost: with its own version among them, a write does not lose to itself.
  const onlyIf = (isAbsentOr: boolean, expected: string, mine: string) => ({
    TableName: table,
    ConditionExpression: `${isAbsentOr ? 'attribute_not_exists(version) OR ' : ''}version IN (:expected, :mine)`,
    ExpressionAttributeValues: { ':expected': { S: expected }, ':mine': { S: mine } },
  });

  return {
    conditionalWrites: 'native',

    async read(key, { signal } = {}) {
      const input = { TableName: table, Key: { id: { S: key } }, ConsistentRead: true };
      const { Item: item } = await client.getItem(input, { abortSignal: signal }).catch(fail(key));
      return item && { value: item['value']?.S ?? '', version: item['version']?.S ?? '' };
    },

    async write(key, value, condition, { signal } = {}) {
      const version = randomUUID();
      const expected = expectedVersion(condition);
      const input = {
        ...onlyIf(expected === undefined, expected ?? version, version),
        Item: { id: { S: key }, value: { S: value }, version: { S: version } },
      };
      await client.putItem(input, { abortSignal: signal }).catch(fail(key));
      return version;
    },

    async delete(key, condition, { signal } = {}) {
      const version = expectedVersion(condition) ?? '';
      const input = { ...onlyIf(true, version, version), Key: { id: { S: key } } };
      await client.deleteItem(input, { abortSignal: signal }).catch(fail(key));
    },
  };
}

/** Throws what a store may throw: the SDK hangs requests and answers on its errors, so only their name goes on. */
const fail = (key: string) => (error: unknown) => {
  const name = error instanceof Error ? error.name : 'Error';
  if (name === 'ConditionalCheckFailedException') throw new StorageConflictError(key);
  const isDenied = /^(AccessDenied|CredentialsProvider|ExpiredToken|Unrecognized)/.test(name);
  const otherwise = /^(ResourceNotFound|Validation)/.test(name) ? 'misconfigured' : 'unavailable';
  throw new SessionStorageError(`DynamoDB failed (${name}).`, isDenied ? 'denied' : otherwise);
};
