export { SESSION_CLOCK } from '../betfair-session.constants.js';
export { type Clock, type ClockTimer } from '../common/clock.js';
export { createTestSession, type TestSessionOptions } from './create-test-session.js';
export { mockSessionService, type MockSessionServiceOptions } from './mock-session-service.js';
export { resetLoginBudget } from './reset-login-budget.js';
export { BetfairSimulator, type BetfairSimulatorOptions } from './betfair-simulator.js';
export { type SimulatedAccount, type SimulatedAccountOptions } from './simulator.account.js';
export { type AnswerContext, type AnswerHandler } from './simulator.answers.js';
export { SimulatedApiError } from './simulator.api-error.js';
export { type SimulatedCall } from './simulator.api-route.js';
export { type CallPredicate } from './simulator.api.js';
export { type PemPair } from './simulator.certificates.js';
export { type SimulatorFault, type SimulatorFaultOptions } from './simulator.faults.js';
export { type SimulatedOrder } from './simulator.orders.js';
export {
  type SimulatorCounts,
  type SimulatorEndpoint,
  type SimulatorRequest,
} from './simulator.request.js';
export { type SimulatorSessionOptions } from './simulator.session-options.js';
export { type SimulatorStream, type SimulatorStreamCounts } from './simulator.stream.js';
export { type StreamErrorCode } from './simulator.stream-status.js';
export {
  type ConformanceCase,
  sessionStorageConformance,
  type StorageConformanceOptions,
} from './storage-conformance.js';
