import type { TokenSet } from '../tokens/tokens.ts';
import { readMembers } from '../tokens/read-members.ts';

/**
 * A copy of `thrown` that is safe to be logged: its name, code and text with the `secrets` struck out. What else hangs
 * on it is left behind, because clients put the request on their errors: axios its body, Redis clients the command.
 * Never throws, whatever `thrown` does.
 */
export function safeCause(thrown: unknown, secrets: readonly string[] = []): Error | undefined {
  return thrown === undefined
    ? undefined
    : causeOf(thrown, readMembers(thrown, ['name', 'message', 'code']).of, secrets);
}

/** The same, for an error whose `members` have been read. */
export function causeOf(
  thrown: unknown,
  { name, message, code }: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): Error {
  // A parser's message quotes the text that it could not read, and that text may hold a token.
  const text = message ?? thrown;
  const cause = new Error(
    name === 'SyntaxError'
      ? 'the answer is not valid JSON'
      : typeof text === 'string'
        ? strike(text, secrets)
        : `thrown: ${typeof text}`,
  );
  cause.name = typeof name === 'string' ? strike(name, secrets) : 'Error';
  if (typeof code === 'string') return Object.assign(cause, { code: strike(code, secrets) });
  return typeof code === 'number' ? Object.assign(cause, { code }) : cause;
}

/** `text` without `secrets`, also in the form that a URL gives them. */
export const strike = (text: string, secrets: readonly string[]): string =>
  secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((rest, form) => rest.split(form).join('[token]'), text);

/**
 * What may stand in no error that speaks of these tokens. A short word is no secret, such as the `a` of a unit test:
 * striking it out would leave texts that nobody can read (`f[token]iled`).
 */
export const secretsOf = (tokens: Partial<TokenSet> | undefined): string[] =>
  [tokens?.accessToken, tokens?.refreshToken].filter((token) => isSecret(token));

/** Is this long enough to be a secret: eight characters, or four with a digit among them? */
export const isSecret = (text: string | undefined): text is string =>
  text !== undefined && /^(?:.{8,}|(?=.*\d).{4,})$/.test(text);
