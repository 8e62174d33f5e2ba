import { api, auth, email, password, showLogin, showOrders } from './clients.ts';

// from docs/migrate/failed-queue.md#from-isrefreshing-and-failedqueue before
// from docs/migrate/failed-queue.md#from-isrefreshing-and-failedqueue:2 before

await showOrders(5);
