import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { Clock } from 'unexpired';
import { renewable } from 'unexpired/renewable';

interface Issued {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

/** Any client of the SDK takes `credentials` like these. */
export function awsClient(
  issuer: string,
  config: STSClientConfig,
  clock?: Clock, // for tests
): STSClient {
  const credentials = renewable({
    name: 'aws',
    clock,
    async acquire({ signal }) {
      const answer = await fetch(issuer, { signal });
      if (!answer.ok) throw new Error(`The issuer answered with HTTP ${answer.status}`);
      const { AccessKeyId, SecretAccessKey, Token, Expiration } = (await answer.json()) as Issued;
      const value = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: Token,
        expiration: new Date(Expiration), // without it the SDK would never ask again; it does for the last 5 minutes
      };
      return { value, expiresAt: Date.parse(Expiration) };
    },
  });
  return new STSClient({ ...config, credentials: () => credentials.get() });
}
