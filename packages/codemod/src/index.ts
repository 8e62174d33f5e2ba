export { type Io, run } from './run.ts';
export { type Migration, migrateAxiosAuthRefresh } from './migrate.ts';
export type { Remark, Section } from './remark.ts';
