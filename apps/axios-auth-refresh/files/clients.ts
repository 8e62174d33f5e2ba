import axios from 'axios';

const baseURL = 'https://api.example.com';
export const auth = axios.create({ baseURL });
export const api = axios.create({ baseURL });

export const email = 'ann@example.com';
export const password = 'correct horse';

export function showLogin() {
  void report(['signed out']);
}

export async function showOrders(count) {
  const orders = Array.from({ length: count }, (_, index) => api.get(`/orders/${index}`));
  await report((await Promise.all(orders)).map(({ status }) => status));
}
