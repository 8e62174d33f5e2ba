const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT that nobody signed. */
export const jwt = (claims: unknown): string => `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
