import { is } from './check.ts';
import { signIn } from './session.ts';

// What the release before has left.
const { access_token, refresh_token } = await signIn();
localStorage.setItem('access_token', access_token);
localStorage.setItem('refresh_token', refresh_token);

// from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh
// from docs/migrate/axios-auth-refresh.md#sessions-from-before

await Promise.all(Array.from({ length: 20 }, () => api.get('/me')));
is('what is left', localStorage.length, 0);
await report(['done']);
