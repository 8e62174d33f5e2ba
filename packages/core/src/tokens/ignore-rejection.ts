/**
 * What a function gave that has to answer at once, as it is. Where that was written as an asynchronous one by mistake, nobody
 * waits for its promise, and a rejection that nobody handles ends a process of Node.
 *
 * @example
 * ```ts
 * import { ignoreRejection } from 'unexpired/adapter';
 *
 * const labelOf = (label: () => string): string => {
 *   const given: unknown = ignoreRejection(label());
 *   return typeof given === 'string' ? given : '';
 * };
 * ```
 */
export function ignoreRejection<T>(value: T): T {
  void Promise.resolve(value).catch(() => undefined);
  return value;
}
