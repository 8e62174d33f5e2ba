import fc from 'fast-check';

/** What no error, event or log may hold. */
export const SECRET = /marked|a-refresh-token/;

const secrets = fc.constantFrom(
  'marked-access',
  'marked-refresh',
  'marked refresh, with spaces',
  'Bearer marked',
  'marked\u0000',
  ' marked',
);
const names = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'access_token',
      'refresh_token',
      'expires_in',
      'token_type',
      'scope',
      'error',
    ),
  },
  fc.constantFrom(
    'error_description',
    'error_uri',
    'accessToken',
    'refreshToken',
    'expiresAt',
    'tokenType',
    'extra',
    'data',
    'id_token',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'then',
    'toJSON',
  ),
  fc.string(),
);
const values = fc.oneof(
  { weight: 3, arbitrary: secrets },
  fc.constantFrom(
    'invalid_grant',
    'invalid_client',
    'server_error',
    'Bearer',
    'DPoP',
    'undefined',
    'null',
  ),
  fc.constantFrom(0, -1, 3600, 1e-9, 1e21, 1e308, '3600', '-1', '1e400', true, null),
  secrets.map((text) => [text]),
  secrets.map((text) => ({ access_token: text, toString: text, __proto__: text })),
  fc.jsonValue(),
);

const members = fc.array(fc.tuple(names, values), { maxLength: 8 });
/** Written by hand, so that a name can be there twice. */
const object = members.map(
  (list) =>
    `{${list.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`,
);
const whole = fc.constant(
  '{"access_token":"marked-new-access","token_type":"Bearer","expires_in":3600,"refresh_token":"marked-new-refresh","scope":"a"}',
);
const cut = fc
  .oneof(whole, object)
  .chain((text) => fc.integer({ min: 0, max: text.length - 1 }).map((end) => text.slice(0, end)));
const deep = fc.integer({ min: 1, max: 5000 }).map((depth) => '[{"a":'.repeat(depth));
const huge = fc
  .integer({ min: 10_000, max: 200_000 })
  .map((length) => `{"access_token":"${'marked'.padEnd(length, 'x')}"}`);

/** The text of an answer: objects of all kinds, cut, nested, huge, no JSON, HTML. */
export const bodies: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: object },
  { weight: 2, arbitrary: cut },
  whole,
  fc.json(),
  fc.string({ unit: 'binary' }),
  deep,
  { weight: 1, arbitrary: huge },
  fc.constantFrom(
    '',
    'null',
    '"marked"',
    '[]',
    '{}',
    '\u0000',
    '\uFEFF{}',
    '<!doctype html>marked',
    'access_token=marked&token_type=bearer',
  ),
);

/** What a `Response` can be made with. */
export const statuses: fc.Arbitrary<number> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(200, 400, 401, 429, 503) },
  fc.integer({ min: 200, max: 599 }).filter((code) => ![204, 205, 304].includes(code)),
);

const retryAfter = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(
    '1',
    '-1',
    '1e9',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'soon',
    '99999999999999999999',
  ),
  fc.stringMatching(/^[ -~]*$/),
);
const contentType = fc.constantFrom(
  'application/json',
  'text/html',
  'application/json; charset=utf-16',
  'nonsense',
);

export const headers: fc.Arbitrary<Record<string, string>> = fc
  .tuple(contentType, retryAfter)
  .map(([type, wait]) => ({
    'content-type': type,
    ...(wait === undefined ? {} : { 'retry-after': wait }),
  }));
