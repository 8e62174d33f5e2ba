import { api, auth, email, password, showLogin, showOrders } from './clients.ts';

// from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh after
// from docs/migrate/axios-auth-refresh.md#sessions-from-before

async function signIn() {
  // from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh:2 after
}

await showOrders(20);
await report(Object.keys(localStorage));
await tokens.signOut();
await signIn();
await showOrders(20);
