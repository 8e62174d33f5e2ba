import type { Setup } from '../../../node/test/support/orders.ts';

/** How `programs/client.ts` is set up. */
export interface PostgresSetup extends Setup {
  /** Where its pool connects to. */
  readonly port: number;
  /** Past any pooler; without it nobody listens. */
  readonly direct?: number | undefined;
  readonly key: string;
  readonly lease?: number | undefined;
}
