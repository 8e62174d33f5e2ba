import { describe, expect, it } from '@jest/globals';
import { callerAddress, isNetwork } from '../../src/program/caller-address.ts';

describe('the address of a caller', () => {
  it.each<
    [readonly string[] | undefined, string | undefined, string | undefined, string | undefined]
  >([
    [undefined, '127.0.0.1', '1.2.3.4', undefined], // nobody has said whether there is a proxy
    [[], '5.6.7.8', '1.2.3.4', '5.6.7.8'],
    [[], '::ffff:5.6.7.8', undefined, '5.6.7.8'],
    [['127.0.0.1'], '127.0.0.1', '1.2.3.4', '1.2.3.4'],
    [['127.0.0.1'], '::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
    [['127.0.0.1', '10.0.0.0/8'], '127.0.0.1', '9.9.9.9, 1.2.3.4, 10.1.1.1', '1.2.3.4'],
    [['127.0.0.1'], '5.6.7.8', '127.0.0.1', '5.6.7.8'], // not a proxy: what it says is nothing
    [['127.0.0.1'], '127.0.0.1', undefined, '127.0.0.1'],
    [['127.0.0.1'], '127.0.0.1', 'unknown', undefined],
    [['fd00::/8'], 'fd00::1', '2001:db8::7', '2001:db8::7'],
    [[], undefined, undefined, undefined],
  ])('with the proxies %j: %s, forwarded for %s, is %s', (trusted, remote, forwarded, address) => {
    expect(callerAddress(trusted)(remote, forwarded)).toBe(address);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['10.0.0.1', true],
    ['fd00::/128', true],
    ['10.0.0.0/33', false],
    ['proxy.internal', false],
    ['10.0.0.0/8/8', false],
    ['10.0.0.0/x', false],
  ])('%s is a network: %s', (text, is) => {
    expect(isNetwork(text)).toBe(is);
  });
});
