import { api, auth, email, password, showLogin, showOrders } from './clients.ts';

// from docs/migrate/failed-queue.md#from-isrefreshing-and-failedqueue after
// from docs/migrate/axios-auth-refresh.md#sessions-from-before

async function signIn() {
  // from docs/migrate/failed-queue.md#from-isrefreshing-and-failedqueue:2 after
}

await showOrders(20);
await report(Object.keys(localStorage));
await tokens.signOut();
await signIn();
await showOrders(20);
