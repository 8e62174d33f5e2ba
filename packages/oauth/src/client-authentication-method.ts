/** The registered methods that need no more than `clientId`, or a certificate that `fetch` presents. */
export type WithoutSecret = 'none' | 'tls_client_auth' | 'self_signed_tls_client_auth';
/** Those that need a `clientSecret`, too. */
export type WithSecret = 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt';
/** How a client may authenticate by name; the others need a function such as `PrivateKeyJwt(key)`. */
export type ClientAuthenticationMethod = WithoutSecret | WithSecret;
