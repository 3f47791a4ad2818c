/**
 * Betfair on 127.0.0.1, sessions and services for tests, and the suite that every store must pass.
 *
 * @module nestjs-betfair-session/testing
 */

export { SESSION_CLOCK } from '../injection-tokens.js';
export { type Clock, type ClockTimer } from '../common/clock.js';
export { createTestSession, type TestSessionOptions } from './create-test-session.js';
export { mockSessionService, type MockSessionServiceOptions } from './mock-session-service.js';
export { resetLoginBudget } from './reset-login-budget.js';
export { BetfairSimulator } from './simulator/betfair-simulator.js';
export { type BetfairSimulatorOptions } from './simulator/simulator-options.js';
export {
  type SimulatedAccount,
  type SimulatedAccountOptions,
} from './simulator/accounts/simulated-account.js';
export type { AnswerContext, AnswerHandler } from './simulator/api/answer.table.js';
export { SimulatedApiError } from './simulator/api/simulated-api.error.js';
export { type SimulatedCall } from './simulator/api/api.route.js';
export { type CallPredicate } from './simulator/api/simulated-api.js';
export { type PemPair } from '../identity/certificate/certificate.writer.js';
export { type ServerCertificate } from './simulator/http/certificates.js';
export { type SimulatorFault, type SimulatorFaultOptions } from './simulator/http/faults.js';
export { type SimulatedOrder } from './simulator/orders/order-book.js';
export {
  type SimulatorCounts,
  type SimulatorEndpoint,
  type SimulatorRequest,
} from './simulator/http/request.js';
export { type SimulatorLimits } from './simulator/limits.js';
export { type SimulatorSessionOptions } from './simulator/session-options.js';
export {
  type SimulatorStream,
  type SimulatorStreamCounts,
  type SimulatorStreamFailOptions,
} from './simulator/stream/simulated-stream.js';
export { type StreamErrorCode } from '../stream/protocol/stream.refusals.js';
export {
  type ConformanceCase,
  sessionStorageConformance,
  type StorageConformanceOptions,
} from './conformance/storage-conformance.js';
