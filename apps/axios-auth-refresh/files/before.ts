import { api, auth, email, password, showLogin, showOrders } from './clients.ts';

// from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh before
// from docs/migrate/axios-auth-refresh.md#from-axios-auth-refresh:2 before

await showOrders(5);
