import { describe, expect, it } from '@jest/globals';
import { createAllowedOrigins } from '../../src/http/allowed-origins.ts';
import { createAuthorizer } from '../../src/http/authorizer.ts';
import { source } from '../support/authorizing.ts';

const API = 'https://api.example.com';

describe('the base URL', () => {
  it('is not read where origins are listed', () => {
    const originOf = createAllowedOrigins({ origins: [API] }, () => {
      throw new Error('read');
    });
    expect(originOf(`${API}/a`)).toBe(API);
    expect(originOf('https://evil.example.com/a')).toBeUndefined();
  });

  it('that is a text stays what it is', () => {
    const originOf = createAllowedOrigins({}, `${API}/v1/`);
    expect(['', '/', '?a', '#a', '/v2'].map((end) => originOf(API + end))).toEqual(
      Array.from({ length: 5 }, () => API),
    );
    expect(
      ['.evil.example', ':8443/', '@evil.example', 'x'].map((end) => originOf(API + end)),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('that is a function is read anew for each URL', () => {
    let base: string | undefined = API;
    const originOf = createAllowedOrigins({}, () => base);
    expect(originOf(`${API}/a`)).toBe(API);
    base = 'https://other.example.com';
    expect([originOf(`${API}/a`), originOf(`${base}/a`)]).toEqual([undefined, base]);
    base = 'http://insecure.example.com';
    expect(() => originOf(`${API}/a`)).toThrow(TypeError);
    base = API;
    expect(originOf(`${API}/a`)).toBe(API);
  });

  it('that is a function is checked when the authorizer is made, and signs', async () => {
    const authorize = createAuthorizer(source(), {}, () => API);
    expect((await authorize({ method: 'GET', url: `${API}/a` }))?.headers).toEqual({
      Authorization: 'Bearer one',
    });
    expect(() => createAuthorizer(source(), {}, () => 'http://insecure.example.com')).toThrow(
      TypeError,
    );
  });
});
