import { describe, expect, it } from '@jest/globals';
import { createTokenHeader } from '../../src/http/authorization.ts';

const bearer = { accessToken: 'one' };
const dpop = { accessToken: 'one', tokenType: 'DPoP' };
const cookie = { accessToken: 'cookie-1', tokenType: 'cookie' };

describe('the scheme of a token', () => {
  it.each<[string, string | undefined, typeof bearer, string]>([
    ['is Bearer by default', undefined, bearer, 'Bearer'],
    ['is its type', undefined, dpop, 'DPoP'],
    ['is its type in Authorization by another case', 'authorization', dpop, 'DPoP'],
    ['is none in a header of its own', 'X-Token', dpop, ''],
    ['is none in a header of its own, with no type', 'X-Token', bearer, ''],
    ['is none for cookies', undefined, cookie, ''],
  ])('%s', (_name, header, token, scheme) => {
    expect(createTokenHeader(header).schemeOf(token)).toBe(scheme);
  });
});

describe('the headers for a token', () => {
  it('are built once for a token, and anew for another one and for another type', () => {
    const header = createTokenHeader(undefined);
    const first = header.headersFor(bearer, undefined);
    expect(header.headersFor({ ...bearer }, undefined)).toBe(first);
    expect(header.headersFor(dpop, undefined)).toStrictEqual({ Authorization: 'DPoP one' });
    expect(header.headersFor({ accessToken: 'two' }, undefined)).toStrictEqual({
      Authorization: 'Bearer two',
    });
  });

  it.each([
    [undefined, 'Authorization'],
    ['X-Token', 'X-Token'],
  ])('take off what a request carries, where cookies or nobody are to be sent: %s', (name, off) => {
    const header = createTokenHeader(name);
    expect(header.headersFor(cookie, 'old')).toStrictEqual({ [off]: undefined });
    expect(header.headersForNone('old')).toStrictEqual({ [off]: undefined });
    expect(header.headersFor(cookie, '')).toStrictEqual({});
    expect(header.headersForNone(undefined)).toStrictEqual({});
  });
});

describe('what a header carries: a scheme, or nothing, is only where a word begins', () => {
  it.each<[string, unknown]>([
    ['nullbearer', 'foreign'],
    ['Bearer nullbearer', { token: 'nullbearer' }],
    ['Bearer undefinedtoken x', 'foreign'],
    ['MyBasic one', { token: 'one' }],
    ['Basic one', 'foreign'],
    ['Bearer Bearer null', 'nothing'],
    ['Bearer token', { token: 'token' }],
  ])('%j', (text, carried) => {
    expect(createTokenHeader(undefined).read(text)).toEqual(carried);
  });
});
