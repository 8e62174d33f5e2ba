import { depositor } from './keys.ts';

// from docs/service.md#in-a-program-of-yours

/** A sign-in, deposited. */
export async function deposit(token_response) {
  const { status } = await service.fetch(
    new Request('http://127.0.0.1/v1/sessions/acme:42', {
      method: 'PUT',
      headers: { authorization: `Bearer ${depositor}`, 'content-type': 'application/json' },
      body: JSON.stringify({ provider: 'crm', token_response }),
    }),
  );
  if (status !== 201) throw new Error(`a deposit is answered with ${status}`);
}

const { fetch } = globalThis;
const place = await new Promise((resolve) =>
  server.listening
    ? resolve(server.address())
    : server.once('listening', () => resolve(server.address())),
);
/** It stands where the page's balancer does. */
globalThis.fetch = (url, init) =>
  fetch(
    String(url).replace('https://tokens.internal.example', `http://127.0.0.1:${place.port}`),
    init,
  );

export const close = async () => {
  await service.close();
  server.close();
};
