/** One challenge of a `WWW-Authenticate` header. Scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
  /** Credentials-like data in place of parameters, as Negotiate has it. */
  readonly token68?: string | undefined;
}

/**
 * Reads a `WWW-Authenticate` header (RFC 9110 section 11.6.1): several challenges in one line, quoted strings, token68.
 * Skips what it cannot read, and reads nothing more after a quoted string that never ends. Never throws, and looks at
 * every character a bounded number of times: the header comes from any server that answers.
 *
 * @example
 * ```ts
 * parseChallenges('Basic realm="a", Bearer error="invalid_token"')[1]?.params.get('error'); // 'invalid_token'
 * ```
 */
export function parseChallenges(header: string | null | undefined): Challenge[] {
  const challenges: {
    scheme: string;
    params: Map<string, string>;
    token68?: string | undefined;
  }[] = [];
  const token = "[\\w!#$%&'*+.^`|~-]";
  // The closing quote is optional, so that an endless string is taken in one go instead of being tried again and again.
  const quoted = '"((?:[^"\\\\]+|\\\\[^])*)"?';
  const item = new RegExp(
    `(${token}+)(?:\\s*=\\s*(?:${quoted}|(${token}+)(?![=/]|${token}))|(?: +([\\w.~+/-]+=*)(?=\\s*(?:,|$)))?)|${quoted}|[^]`,
    'g',
  );
  for (const [, name, text, value, token68] of String(header ?? '').matchAll(item)) {
    if (!name) continue;
    const given = value ?? text?.replace(/\\([^])/g, '$1');
    if (given === undefined)
      challenges.push({ scheme: name.toLowerCase(), params: new Map(), token68 });
    else challenges.at(-1)?.params.set(name.toLowerCase(), given);
  }
  return challenges;
}
