import { afterEach, describe, expect, it } from '@jest/globals';
import { createAuthorizer } from '../../src/http/authorizer.ts';
import { isLoopback, originOf, targetOf } from '../../src/http/origin.ts';

describe('originOf', () => {
  it.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com/', 'https://api.example.com'],
    ['https://api.example.com/v1?a=b#c', 'https://api.example.com'],
    ['https://api.example.com?a=b', 'https://api.example.com'],
    ['https://api.example.com#c', 'https://api.example.com'],
    ['HTTPS://API.Example.COM/V1', 'https://api.example.com'],
    ['https://api.example.com:443/', 'https://api.example.com'],
    ['http://api.example.com:80/', 'http://api.example.com'],
    ['http://api.example.com:443/', 'http://api.example.com:443'],
    ['https://api.example.com:8443/', 'https://api.example.com:8443'],
    ['https://api.example.com:08443/', 'https://api.example.com:8443'],
    ['http://127.0.0.1:3000/a', 'http://127.0.0.1:3000'],
    ['http://127.0.0.1:65535/a', 'http://127.0.0.1:65535'],
    ['http://[::1]:3000/a', 'http://[::1]:3000'],
    ['https://xn--mnchen-3ya.example/', 'https://xn--mnchen-3ya.example'],
    ['https://under_score.example/', 'https://under_score.example'],
    ['https://api.example.com/@evil.example', 'https://api.example.com'],
    ['https://api.example.com/\\evil.example', 'https://api.example.com'],
    ['https://api.example.com?@evil.example', 'https://api.example.com'],
    ['https://api.example.com./', 'https://api.example.com.'],
  ])('reads %j as %s, and so does the platform', (url, origin) => {
    expect(originOf(url)).toBe(origin);
    expect(new URL(url).origin).toBe(origin);
  });

  it.each([
    ['user info', 'https://api.example.com@evil.example/'],
    ['user info with a password', 'https://api.example.com:443@evil.example/'],
    ['an empty user info', 'https://@api.example.com/'],
    ['a backslash before the at', 'https://api.example.com\\@evil.example/'],
    ['a backslash', 'https://api.example.com\\evil'],
    ['backslashes for slashes', 'https:\\\\api.example.com/'],
    ['a tab in the host', 'https://api.exam\tple.com/'],
    ['a line break in the host', 'https://api.example.com\n.evil.example/'],
    ['a carriage return before the path', 'https://api.example.com\r/'],
    ['a line break in the scheme', 'ht\ntps://api.example.com/'],
    ['a blank before it', ' https://api.example.com/'],
    ['a control character before it', '\u0000https://api.example.com/'],
    ['a blank in the host', 'https://api.example.com .evil.example/'],
    ['a NUL in the host', 'https://api.example.com\u0000.evil.example/'],
    ['a percent sign', 'https://api%2eexample.com/'],
    ['a percent-encoded slash', 'https://api.example.com%2f@evil.example/'],
    ['letters outside ASCII', 'https://münchen.example/'],
    ['a letter that becomes ASCII in lower case', 'https://\u212Aapi.example.com/'],
    ['full-width letters', 'https://ａpi.example.com/'],
    ['an ideographic full stop', 'https://api\u3002example.com/'],
    ['a soft hyphen', 'https://api\u00ad.example.com/'],
    ['one slash', 'https:/api.example.com/'],
    ['no slash', 'https:api.example.com/'],
    ['three slashes', 'https:///api.example.com/'],
    ['no host', 'https://'],
    ['only a port', 'https://:443/'],
    ['a port that is none', 'https://api.example.com:80a/'],
    ['an empty port', 'https://api.example.com:/'],
    ['a port beyond 65535', 'https://api.example.com:65536/'],
    ['a port of six digits', 'https://api.example.com:000443/'],
    ['another scheme', 'ftp://api.example.com/'],
    ['a web socket', 'wss://api.example.com/'],
    ['javascript', 'javascript://api.example.com/%0aalert(1)'],
    ['a blob', 'blob:https://api.example.com/5d5f'],
    ['data', 'data:text/html,https://api.example.com/'],
    ['no scheme', 'api.example.com/'],
    ['only slashes', '//api.example.com/'],
    ['an open bracket', 'https://[::1/'],
    ['a zone', 'https://[fe80::1%25eth0]/'],
    ['a wildcard', 'https://*.example.com/'],
    ['nothing', ''],
  ])('gives nothing for %s', (_name, url) => {
    expect(originOf(url)).toBeUndefined();
  });

  it('takes a megabyte of nonsense in its stride', () => {
    for (const url of [
      `https://${'a'.repeat(2 ** 20)}@b`,
      `https://${'a.'.repeat(2 ** 19)}\\`,
      'https://'.repeat(2 ** 17),
    ]) {
      expect(originOf(url)).toBeUndefined();
    }
  });
});

describe('targetOf', () => {
  const page = (where: { document?: object; location?: object }): void =>
    void Object.assign(globalThis, where);
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'document');
    Reflect.deleteProperty(globalThis, 'location');
  });

  it.each([
    '/users',
    'users',
    '',
    '?a=b',
    '#c',
    './a',
    '../a',
    '/a:b',
    '/a b',
    '/käse',
    '/search?q=a\\b',
    '/search?u=https://evil.example',
  ])('takes %j for the page, and so does the platform', (url) => {
    page({ location: { href: 'https://app.example.com/shop/' } });
    expect(targetOf(url)).toBe('https://app.example.com');
    expect(new URL(url, 'https://app.example.com/shop/').origin).toBe('https://app.example.com');
  });

  it.each([
    '//evil.example/a',
    '///evil.example/a',
    '/\\evil.example/a',
    '\\\\evil.example/a',
    '\\/evil.example/a',
    '/\t/evil.example/a',
    '/\n/evil.example/a',
    '\t//evil.example/a',
    ' //evil.example/a',
    '\u0001//evil.example/a',
    'https:evil.example',
    'javascript:alert(1)',
    'mailto:a@b.example',
    'a\\b',
    '/a\nb',
  ])('takes %j for nobody', (url) => {
    page({ location: { href: 'https://app.example.com/' } });
    expect(targetOf(url)).toBeUndefined();
  });

  it('takes an absolute URL for what it is, page or no page', () => {
    expect(targetOf('https://api.example.com/a')).toBe('https://api.example.com');
    page({ location: { href: 'https://app.example.com/' } });
    expect(targetOf('https://api.example.com/a')).toBe('https://api.example.com');
  });

  it('resolves against the base element, as the page does', () => {
    page({
      location: { href: 'https://app.example.com/' },
      document: { baseURI: 'https://cdn.example.com/x/' },
    });
    expect(targetOf('/users')).toBe('https://cdn.example.com');
  });

  it('has no target for a relative URL without a page', () => {
    expect(targetOf('/users')).toBeUndefined();
  });
});

describe('where the platform’s URL lies, as React Native’s does', () => {
  const platform = globalThis.URL;
  afterEach(() => void Object.assign(globalThis, { URL: platform }));

  it('nobody is asked but our own parser', () => {
    // Whatever it is asked about is of the base's origin, or of the allowed one.
    const Liar = function (url: string, base?: string) {
      return {
        href: base ?? url,
        origin: 'https://api.example.com',
        host: 'api.example.com',
        protocol: 'https:',
      };
    };
    Object.assign(globalThis, { URL: Liar });
    const authorize = createAuthorizer('token', { origins: ['https://api.example.com'] });
    const signed = (url: string): boolean => authorize({ method: 'GET', url }) !== undefined;
    expect(
      [
        'https://api.example.com/a',
        'https://evil.example/a',
        '/a',
        'https://api.example.com@evil.example/a',
      ].map(signed),
    ).toEqual([true, false, false, false]);
    expect(targetOf('https://evil.example/a')).toBe('https://evil.example');
  });
});

describe('isLoopback', () => {
  it.each([
    'http://localhost',
    'http://localhost:3000',
    'http://app.localhost',
    'http://127.0.0.1',
    'http://127.255.0.3:80',
    'http://[::1]:1',
  ])('%s is', (origin) => {
    expect(isLoopback(origin)).toBe(true);
  });

  it.each([
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://127.0.0.1.example.com',
    'http://127.1',
    'http://128.0.0.1',
    'http://[::2]',
    'http://10.0.2.2',
    'http://0.0.0.0',
  ])('%s is not', (origin) => {
    expect(isLoopback(origin)).toBe(false);
  });
});
