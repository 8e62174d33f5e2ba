import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { installation } from '../src/octokit.ts';
import { movableClock } from './support/movable-clock.ts';
import { serve } from './support/http.ts';

const HOUR = 3_600_000;

describe('installation', () => {
  it('gets a token once for 20 requests, and once more when GitHub refuses it', async () => {
    const clock = movableClock();
    let issued = 0;
    let dead = 0;
    const json = (status: number, body: unknown) => ({
      status,
      type: 'application/json',
      body: JSON.stringify(body),
    });
    const github = await serve(({ url, headers: { authorization } }) => {
      if (url === '/app/installations/7/access_tokens') {
        const asApp = /^bearer ey/i.test(String(authorization));
        const expires = new Date(clock.now() + HOUR).toISOString();
        return asApp
          ? json(201, { token: `ghs_${++issued}`, expires_at: expires })
          : json(401, { message: 'A JSON web token could not be decoded' });
      }
      const live = authorization === `token ghs_${issued}` && issued > dead;
      return live ? json(200, { id: issued }) : json(401, { message: 'Bad credentials' });
    });
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const app = { appId: 1, privateKey, installationId: 7 };
    const github7 = installation(app, github.origin, clock);
    const read = (): Promise<unknown> =>
      github7.use(async (octokit) => (await octokit.request('GET /user')).data);
    expect(await Promise.all(Array.from({ length: 20 }, read))).toEqual(
      Array.from({ length: 20 }, () => ({ id: 1 })),
    );
    dead = issued;
    clock.move(2000);
    expect(await Promise.all(Array.from({ length: 20 }, read))).toEqual(
      Array.from({ length: 20 }, () => ({ id: 2 })),
    );
    expect(issued).toBe(2);
    await Promise.all([github7.close(), github.close()]);
  });
});
