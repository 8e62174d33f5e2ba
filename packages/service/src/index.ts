export { type ApiKey, createApiKey } from './api-keys.ts';
export {
  type CallFrom,
  createService,
  type RequestFailed,
  type Service,
  type ServiceEvent,
  type ServiceOptions,
  type SessionEvent,
} from './create-service.ts';
export {
  postgres,
  type PostgresDatabaseOptions,
  type ServiceDatabase,
  sqlite,
} from './database.ts';
export type { WorkFailed } from './background.ts';
export type { AuditDropped } from './audit/audit.ts';
export type { AuditOptions } from './audit/options.ts';
export type { CacheOptions } from './fresh/options.ts';
export type { BreakerEvent } from './pace/breaker.ts';
export type { ProviderStatus, ServiceStatus } from './status.ts';
export { serviceSchema } from './data/schema.ts';
export type { ProviderOptions } from './providers.ts';
