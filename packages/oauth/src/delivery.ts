import { errorsIn } from './safe-cause.ts';

/** The name could not be resolved, or the handshake failed: whatever the request held, it was not written. */
const BEFORE_THE_REQUEST = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** `ETIMEDOUT` and `EHOSTUNREACH` come from connecting as well as from a connection that died later; the call tells them apart. */
const CONNECTING = new Set(['connect', 'getaddrinfo']);

/**
 * Did the request surely not leave? Only where the error proves it: a browser's `TypeError: Failed to fetch` says
 * nothing, and a second redemption of a refresh token that arrived is what a strict server revokes the session for.
 * Every code found has to agree (one for each address that was tried).
 */
export function surelyUnsent(error: unknown): boolean {
  const all = errorsIn(error);
  const facts = all.filter(({ name, code }) => code !== undefined && name !== 'AggregateError');
  return (
    facts.length > 0 &&
    !all.some(({ unreadable }) => unreadable) &&
    facts.every(
      ({ code, syscall }) => BEFORE_THE_REQUEST.has(code ?? '') || CONNECTING.has(syscall ?? ''),
    )
  );
}

/** Does the platform know that it has no network? Only `false` is telling: `true` and a missing `navigator` say nothing. */
export function isOffline(): boolean {
  return (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine === false;
}
