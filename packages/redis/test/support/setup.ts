import type { Setup } from '../../../node/test/support/orders.ts';
import type { ClientName } from './connection.ts';

/** How `programs/client.ts` is set up. */
export interface RedisSetup extends Setup {
  readonly client: ClientName;
  readonly port: number;
  readonly key: string;
  readonly lease?: number | undefined;
}
