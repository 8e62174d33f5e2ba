import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { api, session as tokens } from './session.ts';
import { signIn } from './sign-in.ts';

// from docs/frameworks.md#react

function Login() {
  useEffect(() => {
    void signIn({ email: 'ann@example.com', password: 'correct horse' });
  }, []);
  return 'Signing in';
}

function Orders() {
  useEffect(() => {
    const orders = Array.from({ length: 20 }, (_, index) => api.get(`/orders/${index}`));
    Promise.all(orders).then((answers) => report(answers.map(({ status }) => status)));
  }, []);
  return 'Orders';
}

createRoot(document.getElementById('root')).render(
  <Guard login={<Login />}>
    <Orders />
  </Guard>,
);
