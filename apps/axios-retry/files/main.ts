import axiosRetry from 'axios-retry';

const email = 'ann@example.com';
const password = 'correct horse';

// from docs/start/axios.md#with-axios
// from docs/start/axios.md#to-stay-signed-in-after-a-reload:2
// from docs/start/axios.md#to-stay-signed-in-after-a-reload:3
// from docs/start/axios.md#when-the-session-ends

axiosRetry(api, { retries: 3 });

function showLogin() {
  report(['signed out']);
}

async function showOrders() {
  const orders = Array.from({ length: 20 }, (_, index) => api.get(`/orders/${index}`));
  report((await Promise.all(orders)).map(({ status }) => status));
}

async function signIn() {
  // from docs/start/axios.md#sign-in
}

if (tokens.status !== 'signedIn') await signIn();
await showOrders();
