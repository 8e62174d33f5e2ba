import { Acme } from 'acme';

interface TokenResponse {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

async function signIn(): Promise<TokenResponse> {
  const answer = await fetch('https://id.acme.com/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ann@example.com' }),
  });
  return (await answer.json()) as TokenResponse;
}

async function mint({ force }: { force: boolean }): Promise<string> {
  return force ? 'a new key' : 'a key';
}

async function main(): Promise<void> {
  const tokenResponse = await signIn();

  // from docs/start/sdk.md#for-an-sdk-that-you-publish:2

  const acme = new Acme({ auth: tokens });
  const widgets = await Promise.all(Array.from({ length: 19 }, () => acme.widgets()));
  console.log(JSON.stringify([200, ...widgets.map(() => 200)]));
}

void main();
