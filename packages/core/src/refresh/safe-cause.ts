import type { TokenSet } from '../tokens.ts';

/**
 * A copy of `thrown` that is safe to be logged: its name, code and text with the `secrets` struck out. What else hangs
 * on it is left behind, because clients put the request on their errors: axios its body, Redis clients the command.
 */
export function safeCause(thrown: unknown, secrets: readonly string[] = []): Error | undefined {
  if (thrown === undefined) return undefined;
  const error = typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>) : undefined;
  const name = typeof error?.['name'] === 'string' ? error['name'] : 'Error';
  // A parser's message quotes the text that it could not read, and that text may hold a token.
  const text = error?.['message'] ?? thrown;
  let message = name === 'SyntaxError' ? 'the answer is not valid JSON' : typeof text === 'string' ? text : `thrown: ${typeof text}`;
  for (const secret of secrets) for (const form of [secret, encodeURIComponent(secret)]) message = message.split(form).join('[token]');
  const cause = new Error(message);
  cause.name = name;
  const code = error?.['code'];
  return typeof code === 'string' || typeof code === 'number' ? Object.assign(cause, { code }) : cause;
}

/** What may stand in no error that speaks of these tokens. */
export const secretsOf = (tokens: TokenSet | undefined): string[] =>
  [tokens?.accessToken, tokens?.refreshToken].filter((token) => token !== undefined);
