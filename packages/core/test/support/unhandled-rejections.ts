import { runInThisContext } from 'node:vm';

/** Rejections that nobody handles, from the call on. */
export interface UnhandledRejections {
  readonly reasons: readonly unknown[];
  stop(): void;
}

/** The `process` that jest gives to a test is a copy, to which no rejection is ever reported; this listens at the real one. */
export function unhandledRejections(): UnhandledRejections {
  const real = runInThisContext('process') as NodeJS.Process;
  const reasons: unknown[] = [];
  const note = (reason: unknown): void => void reasons.push(reason);
  real.on('unhandledRejection', note);
  return { reasons, stop: () => void real.off('unhandledRejection', note) };
}
