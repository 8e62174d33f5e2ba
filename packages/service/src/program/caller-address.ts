import { BlockList, isIP, isIPv6 } from 'node:net';

/** Where a request comes from, by its connection and what proxies that are trusted have put into `X-Forwarded-For`. */
export type CallerAddress = (
  remote: string | undefined,
  forwarded: string | undefined,
) => string | undefined;

/** `trusted`: addresses and networks (`10.0.0.0/8`) of proxies. `undefined`: it is not known whether there is one, so no address is. */
export function callerAddress(trusted: readonly string[] | undefined): CallerAddress {
  if (trusted === undefined) return () => undefined;
  const proxies = new BlockList();
  for (const network of trusted) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(bits), family);
  }
  const isProxy = (address: string): boolean =>
    isIP(address) !== 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (remote, forwarded) => {
    // From the nearest on: who comes before the first that is not trusted may have been invented by it.
    const hops = [...(forwarded ?? '').split(',').map((hop) => hop.trim()), plain(remote ?? '')];
    const known = hops.filter((hop) => hop !== '').toReversed();
    const first = known.find((hop) => !isProxy(plain(hop))) ?? known.at(-1);
    return first === undefined || isIP(plain(first)) === 0 ? undefined : plain(first);
  };
}

/** Is this an address, or a network? */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
  );
}

/** An IPv4 address that came through an IPv6 socket, as an IPv4 address. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
