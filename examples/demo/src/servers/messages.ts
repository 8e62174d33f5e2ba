import type { Arena } from './arena.ts';

/** What the parent asks of the servers' process. */
export type Ask =
  | { readonly call: 'open'; readonly lifetime: number }
  | { readonly call: 'revokeAccessToken' | 'counters' | 'close'; readonly arena: number };

/** What each call answers. */
export interface Answers {
  open: { readonly arena: number; readonly address: Arena['address'] };
  revokeAccessToken: undefined;
  counters: ReturnType<Arena['counters']>;
  close: Awaited<ReturnType<Arena['close']>>;
}

export interface Request {
  readonly id: number;
  readonly ask: Ask;
}

export type Reply =
  | { readonly id: number; readonly answer: Answers[Ask['call']] }
  | { readonly id: number; readonly error: string };
