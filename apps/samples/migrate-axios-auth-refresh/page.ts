import { is } from './check.ts';
import { signIn } from './session.ts';

const [email, password] = ['ann@example.com', 'correct horse'];
let logins = 0;
const showLogin = () => logins++;

// from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh

// from docs/migrate/axios-auth-refresh.md#requests-without-a-token
is('after a login', await tokens.ready(), 'signedOut');

const { access_token: accessToken, refresh_token: refreshToken } = await signIn();
const page = { session: { accessToken, refreshToken, expiresAt: Date.now() + 3_600_000 } };
for (const _load of ['first', 'second']) {
  // from docs/migrate/axios-auth-refresh.md#after-the-login
}
is('announced', tokens.status, 'signedIn');

// from docs/migrate/axios-auth-refresh.md#requests-without-a-token:2
const { status } = await api.post('/me/password', {}, { validateStatus: () => true });
is('the password', status, 401);

// from docs/migrate/axios-auth-refresh.md#when-the-refresh-fails:2
is('a request', (await api.get('/me')).status, 200);
is('the login page', logins, 0);
await tokens.signOut();
is('the login page', logins, 1);
await report(['done']);
