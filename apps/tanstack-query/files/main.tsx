import { QueryClientProvider, useQueries } from '@tanstack/react-query';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { api, tokens } from './session.ts';

// from docs/frameworks.md#tanstack-query
// from docs/frameworks.md#react

function Login() {
  useEffect(() => {
    const body = JSON.stringify({ email: 'ann@example.com', password: 'correct horse' });
    const headers = { 'content-type': 'application/json' };
    fetch('https://api.example.com/auth/login', { method: 'POST', headers, body })
      .then((answer) => answer.json())
      .then((answer) => tokens.setSession(answer));
  }, []);
  return 'Signing in';
}

function Orders() {
  const orders = useQueries({
    queries: Array.from({ length: 20 }, (_, index) => ({
      queryKey: ['order', index],
      queryFn: async ({ signal }) =>
        (await api(`https://api.example.com/orders/${index}`, { signal })).status,
    })),
  });
  const isReady = orders.every(({ isSuccess }) => isSuccess);
  useEffect(() => {
    if (isReady) void leave(orders.map(({ data }) => data));
  }, [isReady]);
  return 'Orders';
}

async function leave(statuses) {
  await report(statuses);
  await tokens.signOut();
  await report([queryClient.getQueryCache().getAll().length]);
}

createRoot(document.getElementById('root')).render(
  <QueryClientProvider client={queryClient}>
    <Guard login={<Login />}>
      <Orders />
    </Guard>
  </QueryClientProvider>,
);
