import { isIP } from 'node:net';

/** Is this `Host` header one of a name that is known, or of an address? DNS rebinding needs a name that is somebody else's. */
export function isKnownHost(header: string | undefined, names: readonly string[]): boolean {
  const host = (header ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
  const address = host.replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || isIP(address) !== 0 || names.some((name) => same(name, host));
}

const same = (name: string, host: string): boolean => name.toLowerCase() === host;
