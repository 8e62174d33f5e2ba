import type { TokenSet } from '../tokens/tokens.ts';

/**
 * A copy of `thrown` that is safe to be logged: its name, code and text with the `secrets` struck out. What else hangs
 * on it is left behind, because clients put the request on their errors: axios its body, Redis clients the command.
 */
export function safeCause(thrown: unknown, secrets: readonly string[] = []): Error | undefined {
  if (thrown === undefined) return undefined;
  const error = (thrown ?? undefined) as Record<string, unknown> | undefined;
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  const struck = (text: string): string =>
    forms.reduce((rest, form) => rest.split(form).join('[token]'), text);
  const name = typeof error?.['name'] === 'string' ? struck(error['name']) : 'Error';
  // A parser's message quotes the text that it could not read, and that text may hold a token.
  const text = error?.['message'] ?? thrown;
  const cause = new Error(
    name === 'SyntaxError'
      ? 'the answer is not valid JSON'
      : typeof text === 'string'
        ? struck(text)
        : `thrown: ${typeof text}`,
  );
  cause.name = name;
  const code = error?.['code'];
  if (typeof code === 'string') return Object.assign(cause, { code: struck(code) });
  return typeof code === 'number' ? Object.assign(cause, { code }) : cause;
}

/** What may stand in no error that speaks of these tokens. */
export const secretsOf = (tokens: TokenSet | undefined): string[] =>
  [tokens?.accessToken, tokens?.refreshToken].filter((token) => token !== undefined);
