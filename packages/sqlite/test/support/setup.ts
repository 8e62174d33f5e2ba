import type { Setup } from '../../../node/test/support/orders.ts';

/** How `programs/client.ts` is set up. */
export interface SqliteSetup extends Setup {
  readonly file: string;
  readonly key: string;
  readonly lease?: number | undefined;
}
