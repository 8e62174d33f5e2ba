import { start } from '../../../node/test/support/program.ts';
import type { ProviderFault } from './plan.ts';
import type { Issued, ProofRecord, Redemption } from './record.ts';

/** What a sign-in has yielded. */
export interface SignIn {
  readonly session: string;
  readonly access: string;
  readonly refresh: string;
  /** When, in ms since the epoch, and for how many seconds. */
  readonly at: number;
  readonly lifetime: number;
}

/** What the provider has written down, and all tokens that there were. */
export interface ProviderLog {
  readonly redemptions: Redemption[];
  readonly issued: Issued[];
  readonly refusals: ProofRecord['refusals'][number][];
  readonly secrets: { readonly access: string; readonly refresh: string }[];
}

/** What the process of the provider is told. */
export type ToProvider =
  | { readonly kind: 'fault'; readonly fault: ProviderFault }
  | { readonly kind: 'log' }
  | {
      readonly kind: 'signIns';
      readonly sessions: readonly { readonly session: string; readonly lifetime: number }[];
    };

/** `programs/proof-provider.ts`, as its parent has it. */
export interface ProofProvider {
  readonly origin: string;
  signIns(sessions: readonly { session: string; lifetime: number }[]): Promise<SignIn[]>;
  fault(fault: ProviderFault): void;
  log(): Promise<ProviderLog>;
  stop(): Promise<void>;
}

/** `lifetime`: seconds that an access token lives. */
export async function startProofProvider(lifetime: number): Promise<ProofProvider> {
  const program = start(new URL('../programs/proof-provider.ts', import.meta.url), [
    String(lifetime),
  ]);
  const tell = (message: ToProvider): void => program.tell(message);
  const origin = await program.next<string>('ready');
  return {
    origin,
    signIns(sessions) {
      tell({ kind: 'signIns', sessions });
      return program.next('signIns');
    },
    fault: (fault) => tell({ kind: 'fault', fault }),
    log() {
      tell({ kind: 'log' });
      return program.next('log');
    },
    stop: () => program.kill(),
  };
}
