/**
 * One valid Betfair session for a NestJS application: the module, the service and its decorators, the errors, and the
 * stores.
 *
 * @module nestjs-betfair-session
 */

export { SessionAccounts } from './accounts/session-accounts.js';
export { InjectSessionService } from './accounts/inject-session-service.decorator.js';
export {
  getSessionOptionsToken,
  getSessionServiceToken,
  getSessionStorageToken,
  SESSION_STORAGE,
} from './injection-tokens.js';
export { BetfairSessionModule } from './betfair-session.module.js';
export type { BetfairSessionModuleExtras } from './betfair-session.module-definition.js';
export type {
  ApiCall,
  ApiCallDone,
  ApiCallFailed,
  ApiCallOutcome,
} from './calls/call/json-rpc.call.js';
export { isInvalidSession } from './calls/rejection/invalid-session.detector.js';
export { attachBetfairSession } from './axios/attach-betfair-session.js';
export type { AxiosInstanceLike, AxiosSenderLike } from './axios/axios.interface.js';
export {
  BetfairApiError,
  type BetfairApiErrorDetails,
  BetfairConfigurationError,
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairSessionError,
  type BetfairSessionErrorCode,
  type BetfairSessionErrorDetails,
  BetfairStreamError,
  type BetfairStreamErrorDetails,
  MissingPackageError,
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from './errors/index.js';
export { BetfairSessionExceptionFilter } from './filter/betfair-session-exception.filter.js';
export { BetfairSessionInterceptor } from './interceptor/betfair-session.interceptor.js';
export { CurrentSession } from './interceptor/current-session.decorator.js';
export { UseBetfairSession } from './interceptor/use-betfair-session.decorator.js';
export type { UseBetfairSessionOptions } from './interceptor/use-betfair-session.metadata.js';
export type {
  BetfairSessionOptions,
  CertificateLoginOptions,
  CommonSessionOptions,
  InteractiveLoginOptions,
} from './options/betfair-session-options.interface.js';
export type { Persistence } from './storage/contract/persistence.js';
export type {
  CertificateFunction,
  CertificateSource,
  ClientCertificate,
} from './identity/certificate/certificate.options.js';
export type { BetfairEndpoints, Jurisdiction } from './identity/jurisdiction.endpoints.js';
export {
  betfairSessionOptionsFromEnv,
  type OptionsFromEnvSettings,
} from './options/environment/options-from-env.js';
export {
  BetfairSession,
  type BetfairSessionHeaders,
  type StreamAuthentication,
} from './betfair-session.js';
export type { SessionEvent, SessionStatus } from './session/events/session.events.js';
export { SessionService, type WaitOptions } from './session/session.service.js';
export { AzureBlobStorage } from './storage/azure/azure.storage.js';
export type {
  AzureBlobClientLike,
  AzureBlobStorageOptions,
  AzureContainerClientLike,
  AzureRequestOptions,
} from './storage/azure/azure.options.js';
export { FileStorage, type FileStorageOptions } from './storage/file/file.storage.js';
export { GcsStorage } from './storage/gcs/gcs.storage.js';
export type { GcsClientLike, GcsFileLike, GcsStorageOptions } from './storage/gcs/gcs.options.js';
export { MemoryStorage, type MemoryStorageOptions } from './storage/memory/memory.storage.js';
export { PostgresStorage } from './storage/postgres/postgres.storage.js';
export type {
  PostgresClientLike,
  PostgresStorageOptions,
} from './storage/postgres/postgres.options.js';
export type { RedisCommand, RedisSend } from './storage/redis/redis.commands.js';
export {
  type RedisClientOptions,
  RedisStorage,
  type RedisUrlOptions,
} from './storage/redis/redis.storage.js';
export { S3Storage } from './storage/s3/s3.storage.js';
export type { S3ClientLike, S3StorageOptions } from './storage/s3/s3.options.js';
export type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from './storage/contract/session-storage.interface.js';
export { expectedVersion } from './storage/contract/write-condition.js';
