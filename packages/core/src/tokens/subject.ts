import { ignoreRejection } from './ignore-rejection.ts';
import { jwtClaims } from './jwt.ts';
import type { TokenSet } from './tokens.ts';

/**
 * Whose tokens these are, as one text that begins with the name of its source. Only texts of one source can be compared:
 * an id of the application says nothing about the `sub` of a JWT.
 */
export type Subject = string;

/** What tells whose tokens these are: a text or a number, as ids of databases are. */
export type SubjectOption = (tokens: TokenSet) => string | number | undefined;

/**
 * `option(tokens)`, else `iss` and `sub` of the access token, else of `extra.id_token`, where that is a JWT (RFC 7519
 * section 4.1). `undefined`: not known. An option that throws, or gives neither a text nor a number, says nothing.
 *
 * @example
 * ```ts
 * subjectOf({ accessToken: 'opaque' }, () => '42'); // 'option:42'
 * ```
 */
export function subjectOf(tokens: TokenSet, option?: SubjectOption): Subject | undefined {
  const own = asked(tokens, option);
  if ((typeof own === 'string' && own !== '') || Number.isFinite(own))
    return `option:${String(own)}`;
  const extra = tokens.extra ?? {};
  return (
    fromJwt('access_token', tokens.accessToken) ??
    fromJwt('id_token', extra['id_token'] ?? extra['idToken'])
  );
}

/** `unknown`: one of the two is not known, or they come from different sources. */
export function compareSubjects(
  one: Subject | undefined,
  other: Subject | undefined,
): 'same' | 'other' | 'unknown' {
  if (one === undefined || other === undefined || sourceOf(one) !== sourceOf(other))
    return 'unknown';
  return one === other ? 'same' : 'other';
}

const sourceOf = (subject: Subject): string => subject.slice(0, subject.indexOf(':'));

function asked(tokens: TokenSet, option: SubjectOption | undefined): unknown {
  try {
    return ignoreRejection(option?.(tokens));
  } catch {
    return undefined; // a session must not depend on it: what is not known is not compared
  }
}

function fromJwt(source: string, token: unknown): Subject | undefined {
  const { iss, sub } = jwtClaims(token);
  return typeof iss === 'string' && typeof sub === 'string'
    ? `${source}:${JSON.stringify([iss, sub])}`
    : undefined;
}
