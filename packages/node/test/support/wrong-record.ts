import { expect } from '@jest/globals';

/** The error of a read. */
export const unread = (store: { read(): Promise<unknown> }): Promise<unknown> =>
  store.read().then(
    () => 'read',
    (error: unknown) => error,
  );

/** An `ERR_STORE_RECORD` whose message has these words. */
export const wrongRecord = (named: string) =>
  expect.objectContaining({
    name: 'TokenError',
    code: 'ERR_STORE_RECORD',
    message: expect.stringContaining(named),
  });
