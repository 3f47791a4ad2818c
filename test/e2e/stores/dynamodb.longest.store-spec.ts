import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { StorageConflictError } from 'nestjs-betfair-session';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { dynamoDbStorage } from '../../readme/snippets/dynamodb.storage.js';
import { FaultProxy } from './fault.proxy.mjs';
import { startMoto } from './servers.mjs';

const TABLE = 'betfair-sessions';
const SECRET = 'CANARY-secret-access-key';

let moto: Awaited<ReturnType<typeof startMoto>>;
let atomic: FaultProxy;
let proxy: FaultProxy;
let client: DynamoDB;
let behind: DynamoDB;

function connect(endpoint: string): DynamoDB {
  const credentials = { accessKeyId: 'CANARY-access-key-id', secretAccessKey: SECRET };
  return new DynamoDB({ region: 'eu-west-1', endpoint, credentials });
}

beforeAll(async () => {
  moto = await startMoto({ open: true });
  // Its conditional writes check first and write then, in threads.
  atomic = await FaultProxy.start(moto.origin, { oneAtATime: true });
  proxy = await FaultProxy.start(atomic.origin);
  client = connect(atomic.origin);
  behind = connect(proxy.origin);
  await client.createTable({
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
});
afterEach(() => proxy.reset());
afterAll(async () => {
  client?.destroy();
  behind?.destroy();
  await proxy?.stop();
  await atomic?.stop();
  await moto?.stop();
});

const create = () => dynamoDbStorage(client, TABLE);

describe('the DynamoDB recipe keeps the contract', () => {
  for (const { name, run } of sessionStorageConformance({ create })) {
    it(name, run, 120_000);
  }
});

it('the DynamoDB recipe takes no lost answer for a conflict', async () => {
  const [store, direct, key] = [dynamoDbStorage(behind, TABLE), create(), randomUUID()];
  proxy.next('POST', 'lose');
  const first = await store.write(key, 'first', { ifAbsent: true });
  expect(await direct.read(key)).toEqual({ value: 'first', version: first });
  proxy.next('POST', 'lose');
  const second = await store.write(key, 'second', { ifVersion: first });
  expect(await direct.read(key)).toEqual({ value: 'second', version: second });
  proxy.next('POST', 'lose');
  await store.delete(key, { ifVersion: second });
  expect(await direct.read(key)).toBeUndefined();
  expect(proxy.left).toBe(0);
});

it('the DynamoDB recipe takes the win of another for a conflict, also if its own answer is lost', async () => {
  const [store, direct, key] = [dynamoDbStorage(behind, TABLE), create(), randomUUID()];
  const first = await direct.write(key, 'first', { ifAbsent: true });
  await direct.write(key, 'of another', { ifVersion: first });
  proxy.next('POST', 'lose');
  const losing = store.write(key, 'second', { ifVersion: first });
  await expect(losing).rejects.toBeInstanceOf(StorageConflictError);
  expect(await direct.read(key)).toMatchObject({ value: 'of another' });
});

it.each([
  ['denied', 'AccessDeniedException', TABLE],
  ['denied', 'UnrecognizedClientException', TABLE],
  ['misconfigured', undefined, 'no-such-table'],
  ['unavailable', 'ProvisionedThroughputExceededException', TABLE],
])('the DynamoDB recipe is %s (%s, table %s) and shows no secret', async (failure, name, table) => {
  const store = dynamoDbStorage(behind, table);
  if (name !== undefined) {
    const body = JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}` });
    proxy.always({ status: 400, headers: { 'content-type': 'application/x-amz-json-1.0' }, body });
  }
  const condition = { ifVersion: randomUUID() };
  for (const operation of [
    () => store.read('key'),
    () => store.write('key', 'CANARY-token', condition),
    () => store.delete('key', condition),
  ]) {
    const error: unknown = await operation().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: `BETFAIR_STORAGE_${failure.toUpperCase()}` });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('CANARY');
  }
});
