import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import type { Clock } from 'unexpired';
import { type Renewable, renewable } from 'unexpired/renewable';

/** A client for each installation token, an hour long. `use(octokit => octokit.request(...))`. */
export function installation(
  app: { readonly appId: number; readonly privateKey: string; readonly installationId: number },
  baseUrl: string,
  clock?: Clock, // for tests
): Renewable<Octokit> {
  const asApp = new Octokit({ authStrategy: createAppAuth, auth: app, baseUrl });
  return renewable({
    name: 'github',
    clock,
    async acquire({ signal }) {
      const { data } = await asApp.request(
        'POST /app/installations/{installation_id}/access_tokens',
        { installation_id: app.installationId, request: { signal } },
      );
      return {
        value: new Octokit({ auth: data.token, baseUrl }),
        expiresAt: Date.parse(data.expires_at),
      };
    },
    isRejected: (error) => Object(error).status === 401,
  });
}
