const unquoted = (name: string): string => name.replaceAll(/['"`]/g, '');

/** What people call a refresh token: a key of the storage, a variable, a member. */
export const saysRefreshToken = (name: string): boolean =>
  /refresh|^rt$/i.test(unquoted(name)) && !saysTime(name);

/** What people call an access token, where something else tells that it is a token at all. */
export const saysAccessToken = (name: string): boolean =>
  /access|jwt|bearer|token|^at$/i.test(unquoted(name)) &&
  !saysRefreshToken(name) &&
  !saysTime(name);

/** When a token expires is no token. */
const saysTime = (name: string): boolean => /expir|lifetime|time|age|date/i.test(unquoted(name));
