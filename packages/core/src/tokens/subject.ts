import { jwtPayload } from './jwt.ts';
import type { TokenSet } from './tokens.ts';

/**
 * Whose tokens these are: what `subject` says, else `iss` and `sub` of the access token, else of an id token, where that is
 * a JWT. The name of the source stands in front, because subjects of different sources cannot be compared.
 */
export function subjectOf(
  tokens: TokenSet,
  subject?: (tokens: TokenSet) => string | undefined,
): string | undefined {
  const given = subject?.(tokens);
  if (given !== undefined) return `option ${given}`;
  return (
    fromJwt('access', tokens.accessToken) ?? fromJwt('id', tokens.extra?.['id_token'] as unknown)
  );
}

function fromJwt(source: string, token: unknown): string | undefined {
  if (typeof token !== 'string') return undefined;
  const { iss, sub } = jwtPayload(token);
  return typeof sub === 'string' ? `${source} ${String(iss)} ${sub}` : undefined;
}

/** `unknown`: one of the two is not known, or they come from different sources. */
export function compareSubjects(
  one: string | undefined,
  other: string | undefined,
): 'same' | 'other' | 'unknown' {
  if (one === undefined || other === undefined) return 'unknown';
  if (one === other) return 'same';
  const source = (subject: string): string => subject.slice(0, subject.indexOf(' '));
  return source(one) === source(other) ? 'other' : 'unknown';
}
