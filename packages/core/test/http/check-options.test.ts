import { afterEach, describe, expect, it } from '@jest/globals';
import { checkOptions } from '../../src/http/check-options.ts';
import type { AuthOptions } from '../../src/http/options.ts';

const check = (options: unknown): ReadonlySet<string> => checkOptions(options as AuthOptions);

const forgetLocation = (): void => {
  Reflect.deleteProperty(globalThis, 'location');
};

describe('origins', () => {
  afterEach(forgetLocation);

  it('are taken as text and as URL objects, in any case, with default ports and a lone slash', () => {
    const origins = [
      'https://api.example.com',
      new URL('https://b.example.com'),
      'HTTPS://C.example.com:443/',
      'http://localhost:3000',
    ];
    expect([...check({ origins })]).toEqual([
      'https://api.example.com',
      'https://b.example.com',
      'https://c.example.com',
      'http://localhost:3000',
    ]);
  });

  it("'self' is the page's own", () => {
    Object.assign(globalThis, { location: { origin: 'https://app.example.com' } });
    expect([...check({ origins: ['self'] })]).toEqual(['https://app.example.com']);
  });

  it.each([
    ['no options', undefined, /^options: expected an object, got undefined$/],
    ['none', {}, /^origins: expected a list .*, got undefined$/],
    ['an empty list', { origins: [] }, /^origins: expected a list .*, got an empty list$/],
    ['text', { origins: 'https://api.example.com' }, /^origins: expected a list .*, got string$/],
    ['null', { origins: null }, /^origins: expected a list .*, got null$/],
    [
      'a number',
      { origins: [1] },
      /^origins\[0\]: expected an origin like "https:\/\/api\.example\.com", got 1$/,
    ],
    [
      'a hole',
      { origins: ['https://a.example', undefined] },
      /^origins\[1\]: expected an origin .*, got undefined$/,
    ],
    ['null in it', { origins: [null] }, /^origins\[0\]: expected an origin .*, got null$/],
    [
      'a path',
      { origins: ['https://api.example.com/v1'] },
      /^origins\[0\]: "https:\/\/api\.example\.com\/v1" has a path; did you mean "https:\/\/api\.example\.com"\?$/,
    ],
    [
      'a URL with a path',
      { origins: [new URL('https://api.example.com/v1')] },
      /has a path; did you mean "https:\/\/api\.example\.com"\?$/,
    ],
    [
      'a query',
      { origins: ['https://api.example.com?a'] },
      /did you mean "https:\/\/api\.example\.com"\?$/,
    ],
    [
      'no scheme',
      { origins: ['api.example.com'] },
      /"api\.example\.com" is not an origin; did you mean "https:\/\/api\.example\.com"\?$/,
    ],
    [
      'no scheme and a port',
      { origins: ['api.example.com:8443'] },
      /is not an origin; did you mean "https:\/\/api\.example\.com:8443"\?$/,
    ],
    [
      'a wildcard',
      { origins: ['https://*.example.com'] },
      /"https:\/\/\*\.example\.com" has a wildcard; list each origin$/,
    ],
    ['everything', { origins: ['*'] }, /"\*" has a wildcard; list each origin$/],
    ['nothing', { origins: [''] }, /"" is not an origin$/],
    ['a relative URL', { origins: ['/api'] }, /"\/api" is not an origin$/],
    [
      'letters outside ASCII',
      { origins: ['https://münchen.example'] },
      /is not an origin; did you mean "https:\/\/xn--mnchen-3ya\.example"\?$/,
    ],
    [
      'an insecure one',
      { origins: ['http://api.example.com'] },
      /"http:\/\/api\.example\.com" is not encrypted; use https:, or set allowInsecureOrigins$/,
    ],
    [
      'self without a page',
      { origins: ['self'] },
      /^origins\[0\]: 'self' is the page's own origin, and there is no page here/,
    ],
    ['another scheme', { origins: ['ws://api.example.com'] }, /is not an origin$/],
  ])('refuses %s, and says what to write instead', (_name, options, message) => {
    expect(() => check(options)).toThrow(TypeError);
    expect(() => check(options)).toThrow(message);
  });

  it('never shows a password that somebody put into one', () => {
    expect(() => check({ origins: ['https://me:hunter2@api.example.com'] })).toThrow(
      /^origins\[0\]: "https:\/\/\.\.\.@api\.example\.com" has user info; did you mean "https:\/\/api\.example\.com"\?$/,
    );
  });

  it('refuses an opaque page and an insecure one', () => {
    Object.assign(globalThis, { location: { origin: 'null' } });
    expect(() => check({ origins: ['self'] })).toThrow(/there is no page here/);
    Object.assign(globalThis, { location: { origin: 'http://intranet' } });
    expect(() => check({ origins: ['self'] })).toThrow(/"http:\/\/intranet" is not encrypted/);
  });

  it('may be insecure by name', () => {
    expect([...check({ origins: ['http://10.0.2.2:3000'], allowInsecureOrigins: true })]).toEqual([
      'http://10.0.2.2:3000',
    ]);
  });
});

it.each([
  ['allowInsecureOrigins', 'yes', 'allowInsecureOrigins: expected a boolean, got string'],
  ['overwriteHeader', 1, 'overwriteHeader: expected a boolean, got 1'],
  ['whenSignedOut', 'throw', "whenSignedOut: expected 'send' or 'reject', got string"],
  ['classify', true, 'classify: expected a function, got boolean'],
  ['header', 'X-Token: ', 'header: expected the name of a header, got string'],
  ['header', '', 'header: expected the name of a header, got an empty string'],
  ['header', 5, 'header: expected the name of a header, got 5'],
])('refuses a wrong %s', (name, value, message) => {
  expect(() => check({ origins: ['https://a.example'], [name]: value })).toThrow(
    new TypeError(message),
  );
  expect(() => check({ origins: ['https://a.example'], [name]: undefined })).not.toThrow();
});

it('refuses an option that does not exist', () => {
  expect(() => check({ origins: ['https://a.example'], isRejected: () => true })).toThrow(
    new TypeError(
      'options: there is no option "isRejected"; the options are origins, allowInsecureOrigins, whenSignedOut, header, overwriteHeader, classify',
    ),
  );
});

describe('origins that are left out default to the base URL', () => {
  afterEach(forgetLocation);

  it.each([
    ['https://api.example.com/v1/', 'https://api.example.com'],
    ['HTTPS://API.example.com:443?a', 'https://api.example.com'],
    ['http://localhost:3000/api', 'http://localhost:3000'],
    ['/api', 'https://app.example.com'],
    ['api', 'https://app.example.com'],
  ])('%s: %s', (base, origin) => {
    Object.assign(globalThis, { location: { origin: 'https://app.example.com' } });
    expect([...checkOptions({}, base)]).toEqual([origin]);
  });

  it.each([
    ['', /^origins: expected a list .*, got undefined$/],
    ['http://api.example.com/v1', /^origins .*"http:\/\/api\.example\.com" is not encrypted/],
    ['//api.example.com/v1', /^origins .*is not an origin/],
    ['ws://api.example.com', /^origins .*is not an origin/],
  ])('not %s', (base, message) => {
    expect(() => checkOptions({}, base)).toThrow(message);
    expect(() => checkOptions({}, base)).toThrow(TypeError);
  });

  it('none for a relative one where there is no page, so that a server can render what a page runs', () => {
    expect([...checkOptions({}, '/api')]).toEqual([]);
    Object.assign(globalThis, { location: { origin: 'null' } });
    expect(() => checkOptions({}, '/api')).toThrow(/there is no page here/);
  });
});
