export {
  type AdapterUnderTest,
  adapterContract,
  type BreakableBody,
  type ContractAnswer,
  type ContractApi,
  type ContractFramework,
  type ContractOptions,
  type ContractRequest,
  type ReceivedRequest,
} from './adapter-contract.ts';
export { type ManualClock, type ManualClockOptions, manualClock } from './clock/manual-clock.ts';
export { settle } from './clock/settle.ts';
export type { FaultPlanner, TokenCall } from './server/exchange.ts';
export type { Fault, FaultMoment, FaultPlan } from './server/faults.ts';
export type { RefreshTokenStatus, RotationMode } from './server/grants.ts';
export type { ServerCounters, ServerEvent } from './server/ledger.ts';
export type { HttpReply, Reply } from './server/reply.ts';
export { simulatedFetch } from './server/simulated-fetch.ts';
export {
  type SimulatedServer,
  type SimulatedServerOptions,
  simulatedServer,
  type TokenRequest,
} from './server/simulated-server.ts';
export { type LockPlace, type LockUnderTest, lockContract } from './lock-contract.ts';
export { type StorePlace, type StoreUnderTest, storeContract } from './store-contract.ts';
