import { describe, expect, it } from '@jest/globals';
import { isKnownHost } from '../../src/operator/hosts.ts';

describe('a Host header', () => {
  it.each([
    ...[
      'localhost',
      'localhost:9090',
      'LOCALHOST:9090',
      '127.0.0.1:9090',
      '10.1.2.3',
      '[::1]:9090',
    ],
    ...['[::1]', 'Broker.Internal:9090', 'broker.internal'],
  ])('is known: %s', (header) => {
    expect(isKnownHost(header, ['broker.internal', 'Other'])).toBe(true);
  });

  it.each([
    ...[undefined, '', ':9090', 'evil.example', 'broker.internal.evil.example', 'xbroker.internal'],
    ...['localhost.evil.example', '127.0.0.1.evil.example:9090', 'localhost:9090:1', '[::1'],
    ...['127.0.0.1@evil.example', '1.2.3'],
  ])('is not: %s', (header) => {
    expect(isKnownHost(header, ['broker.internal', 'Other'])).toBe(false);
  });
});
