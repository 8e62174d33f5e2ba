export { type ApiKey, createApiKey } from './api-keys.ts';
export {
  createService,
  type RequestFailed,
  type Service,
  type ServiceEvent,
  type ServiceOptions,
} from './create-service.ts';
export {
  postgres,
  type PostgresDatabaseOptions,
  type ServiceDatabase,
  sqlite,
} from './database.ts';
export { serviceSchema } from './data/schema.ts';
export type { ProviderOptions } from './providers.ts';
