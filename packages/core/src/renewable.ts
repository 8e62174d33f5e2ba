// Anything else that expires, on the same core, in the memory of this process.
export type { RenewableOptions } from './renewable/options.ts';
export { type Renewable, renewable } from './renewable/renewable.ts';
