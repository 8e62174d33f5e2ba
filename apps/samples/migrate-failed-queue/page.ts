const [email, password] = ['ann@example.com', 'correct horse'];
const shown = [];
const showLogin = () => shown.push('login');

// from docs/migrate/failed-queue.md#from-isrefreshing-and-failedqueue

await Promise.all(Array.from({ length: 20 }, () => api.get('/me')));
await report(['done']);
