// A service that calls a service, with client credentials.
import { createTokenManager, tokenErrorOf } from 'unexpired';
import { createAuthFetch } from '@unexpired/fetch';
import { clientCredentialsGrant } from '@unexpired/oauth';

const tokens = createTokenManager({
  acquire: clientCredentialsGrant({
    issuer: 'https://id.example.com',
    clientId: 'billing',
    clientSecret: process.env.CLIENT_SECRET,
  }),
  backgroundWindow: 300_000, // nobody waits
});
const call = createAuthFetch(tokens, {
  origins: ['https://ledger.example.com'],
  whenSignedOut: 'reject',
});

export async function closeMonth(accounts: readonly string[]): Promise<void> {
  await tokens.getToken({ validFor: 10 * 60_000 }); // validate once, then fan out
  await Promise.all(
    accounts.map((id) =>
      call(`https://ledger.example.com/accounts/${id}/close`, { method: 'POST' }),
    ),
  );
}
closeMonth(['1', '2']).catch((error: unknown) => {
  const known = tokenErrorOf(error);
  console.error(
    known?.action === 'retry' ? `later, in ${known.retryAfter ?? 'a while'} ms` : error,
  );
});
process.once('SIGTERM', () => void tokens.close().finally(() => process.exit()));
