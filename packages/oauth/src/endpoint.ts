import { badOption } from './bad-option.ts';

/**
 * `value` as a URL if it may carry secrets: https, or http on loopback, or whatever http if that was allowed by name.
 *
 * @throws TypeError that names the option, and quotes no more than protocol and host.
 */
export function endpointUrl(name: string, value: unknown, allowInsecureRequests: boolean): URL {
  if (typeof value !== 'string' && !(value instanceof URL))
    throw badOption(name, 'an absolute URL', value);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    // Not quoted: a URL that does not parse may have a secret pasted into it.
    throw badOption(
      name,
      'an absolute URL, such as "https://id.example.com/token"',
      'one that does not parse',
    );
  }
  if (url.username !== '' || url.password !== '')
    throw badOption(
      name,
      'a URL without credentials; use clientId and clientSecret',
      'one with credentials',
    );
  if (url.hash !== '')
    throw badOption(
      name,
      'a URL without a fragment (RFC 6749 section 3.2)',
      `"${url.origin}${url.pathname}" with one`,
    );
  const insecure = url.protocol === 'http:' && (allowInsecureRequests || isLoopback(url.hostname));
  if (url.protocol !== 'https:' && !insecure) {
    throw badOption(
      name,
      'https, or http on loopback (allowInsecureRequests: true permits other http)',
      `"${url.protocol}//${url.host}"`,
    );
  }
  return url;
}

/** RFC 8252 section 8.3, RFC 6761 section 6.3. */
function isLoopback(hostname: string): boolean {
  return (
    /(?:^|\.)localhost\.?$/.test(hostname) ||
    hostname === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}

/**
 * Loopback, or an address of a private network: RFC 1918, RFC 6598, RFC 4193, link-local, and IPv6 that holds one of
 * them (`new URL` writes `::ffff:10.0.0.1` as `[::ffff:a00:1]`). A name that resolves to one cannot be told from here.
 */
function isInternal(hostname: string): boolean {
  if (isLoopback(hostname)) return true;
  const mapped = /^\[::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (mapped === null)
    return (
      /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+$/.test(
        hostname,
      ) || /^\[(?:::\]|f[cd]|fe[89ab])/.test(hostname)
    );
  const [high, low] = [Number(`0x${mapped[1]}`), Number(`0x${mapped[2]}`)];
  return isInternal([high >> 8, high & 255, low >> 8, low & 255].join('.'));
}

/**
 * An endpoint that the metadata of `issuer` names. A public issuer has none on this machine or in this network: an
 * attacker with such metadata would be sent the refresh token, or would have us call what only we can reach
 * (RFC 9700 section 4.4).
 *
 * @throws TypeError as {@link endpointUrl} does.
 */
export function requireReachable(
  name: string,
  value: unknown,
  issuer: URL,
  insecure: boolean,
): URL {
  const url = endpointUrl(name, value, insecure);
  if (insecure || isInternal(issuer.hostname)) return url;
  if (isInternal(url.hostname) || (issuer.protocol === 'https:' && url.protocol !== 'https:'))
    throw badOption(
      name,
      `a public https address, because its issuer ${issuer.origin} has one`,
      `"${url.protocol}//${url.host}"`,
    );
  return url;
}
