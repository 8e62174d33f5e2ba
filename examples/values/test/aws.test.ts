import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { awsClient } from '../src/aws.ts';
import { movableClock } from './support/movable-clock.ts';
import { serve } from './support/http.ts';

/** Ms. Less than the SDK's own 5 minutes, so that it asks for each call. */
const LIFETIME = 240_000;

describe('awsClient', () => {
  it('gets credentials once for 20 calls, and once more before they expire', async () => {
    const clock = movableClock();
    let issued = 0;
    const issuer = await serve(() => ({
      status: 200,
      type: 'application/json',
      body: JSON.stringify({
        AccessKeyId: `AKID${++issued}`,
        SecretAccessKey: 'secret',
        Token: 'session',
        Expiration: new Date(clock.now() + LIFETIME).toISOString(),
      }),
    }));
    const keys: (string | undefined)[] = [];
    const sts = await serve(({ headers }) => {
      keys.push(/Credential=(\w+)\//.exec(String(headers.authorization))?.[1]);
      return {
        status: 200,
        type: 'text/xml',
        body: '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>42</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      };
    });
    const client = awsClient(issuer.origin, { endpoint: sts.origin, region: 'eu-west-1' }, clock);
    const whoAmI = async (): Promise<unknown> =>
      (await client.send(new GetCallerIdentityCommand({}))).Account;
    expect(await Promise.all(Array.from({ length: 20 }, whoAmI))).toEqual(Array(20).fill('42'));
    expect([issued, new Set(keys)]).toEqual([1, new Set(['AKID1'])]);
    clock.move(LIFETIME - 10_000);
    await Promise.all(Array.from({ length: 20 }, whoAmI));
    expect([issued, new Set(keys.slice(20))]).toEqual([2, new Set(['AKID2'])]);
    client.destroy();
    await Promise.all([issuer.close(), sts.close()]);
  });
});
