import { originOf } from 'unexpired/adapter';
import type { Config, Redirect } from './axios-like.ts';

// Most urls are told without the pattern, which takes longer.
const isAbsolute = (url: string): boolean =>
  url.startsWith('https://') ||
  url.startsWith('http://') ||
  (url.includes('//') && /^([a-z][a-z\d+.-]*:)?\/\//i.test(url));

/**
 * Where axios will send this, without `params`: url and baseURL joined as axios does. An absolute baseURL alone says the
 * origin, whatever relative url comes behind it; joining them takes longer than all the rest, and is done if `whole`.
 */
export function urlOf(
  { url = '', baseURL: base, allowAbsoluteUrls }: Config,
  whole = false,
): string {
  const path = String(url);
  const baseURL = base && String(base);
  if (!baseURL || (isAbsolute(path) && allowAbsoluteUrls !== false)) return path;
  // axios before 1.8 does not know allowAbsoluteUrls and sends this to `url`, later ones to `baseURL`: not signed.
  if (isAbsolute(path)) return '//';
  return path && (whole || !isAbsolute(baseURL))
    ? `${baseURL.replace(/\/?\/$/, '')}/${path.replace(/^\/+/, '')}`
    : baseURL;
}

/**
 * Takes the token off a redirect to another origin. follow-redirects, as older versions of axios have it, takes it along to
 * a subdomain, and from http: to https:.
 */
export function guardRedirect(
  url: string,
  beforeRedirect: Config['beforeRedirect'],
): NonNullable<Config['beforeRedirect']> {
  return (redirect: Redirect, ...details) => {
    if (originOf(String(redirect.href)) !== originOf(url)) {
      for (const name of Object.keys(redirect.headers))
        if (name.toLowerCase() === 'authorization') delete redirect.headers[name];
    }
    beforeRedirect?.(redirect, ...details);
  };
}
