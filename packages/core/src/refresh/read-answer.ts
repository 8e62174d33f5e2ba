import { TokenError } from '../errors/errors.ts';
import { secretsOf } from '../errors/safe-cause.ts';
import { readTokenSet } from '../tokens/read-token-set.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { meaningOf } from './classify.ts';
import type { Answered } from './listen.ts';

export interface Refusal {
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly body: unknown;
  readonly cause: unknown;
}

export type Reading =
  | {
      readonly tokens: Partial<TokenSet>;
      readonly problem: string | undefined;
      readonly warning?: string | undefined;
      readonly absoluteOnly?: boolean;
    }
  | { readonly error: TokenError };

export async function readAnswer(
  answer: Answered,
  context: {
    readonly fromNothing: boolean;
    readonly current: TokenSet | undefined;
    readonly startedAt: number;
    readonly now: number;
    readonly classify: unknown;
  },
): Promise<Reading> {
  if ('value' in answer) return readTokenSet(answer.value, context.startedAt, true);
  return {
    error: meaningOf(answer.thrown, context.fromNothing, secretsOf(context.current), context.now),
  };
}
