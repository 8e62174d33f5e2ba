import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  None,
  TlsClientAuth,
} from 'oauth4webapi';
import { badOption, kindOf } from './bad-option.ts';
import type { WithoutSecret, WithSecret } from './client-authentication-method.ts';

const WITHOUT_SECRET: Readonly<Record<WithoutSecret, () => ClientAuth>> = {
  none: None,
  tls_client_auth: TlsClientAuth,
  self_signed_tls_client_auth: TlsClientAuth,
};
const WITH_SECRET: Readonly<Record<WithSecret, (secret: string) => ClientAuth>> = {
  client_secret_basic: ClientSecretBasic,
  client_secret_post: ClientSecretPost,
  client_secret_jwt: ClientSecretJwt,
};

/**
 * How the client proves who it is. Default: `client_secret_basic` with a secret, the one method that every server has
 * to support (RFC 6749 section 2.3.1), `none` without.
 */
export function clientAuthentication(method: unknown, secret: unknown): ClientAuth {
  if (secret !== undefined && (typeof secret !== 'string' || secret === '')) {
    throw badOption('clientSecret', 'a non-empty string', kindOf(secret));
  }
  if (typeof method === 'function') {
    if (secret !== undefined)
      throw badOption(
        'clientSecret',
        'none beside a clientAuthentication function, which has its own',
        'one',
      );
    return method as ClientAuth;
  }
  const name = method ?? (secret === undefined ? 'none' : 'client_secret_basic');
  if (isIn(WITH_SECRET, name)) {
    if (secret === undefined)
      throw badOption('clientSecret', `the secret that ${name} needs`, 'none');
    return WITH_SECRET[name](secret);
  }
  if (isIn(WITHOUT_SECRET, name)) {
    if (secret !== undefined)
      throw badOption('clientSecret', `none with clientAuthentication "${name}"`, 'one');
    return WITHOUT_SECRET[name]();
  }
  if (name === 'private_key_jwt')
    throw badOption(
      'clientAuthentication',
      'PrivateKeyJwt(key), which is exported here',
      '"private_key_jwt"',
    );
  throw badOption(
    'clientAuthentication',
    `one of ${[...Object.keys(WITH_SECRET), ...Object.keys(WITHOUT_SECRET)].join(', ')}, or a function such as PrivateKeyJwt(key)`,
    // A name is shown, a secret is not.
    typeof method === 'string' && /^[a-z_]{1,30}$/i.test(method) ? `"${method}"` : kindOf(method),
  );
}

function isIn<T extends object>(methods: T, name: unknown): name is keyof T {
  return typeof name === 'string' && Object.hasOwn(methods, name);
}
