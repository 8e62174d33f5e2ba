import { describe, expect, it } from '@jest/globals';
import { revokeToken } from '@unexpired/oauth';
import { context, tokens } from './support/context.ts';
import {
  configuration,
  html,
  json,
  notNow,
  perhapsLost,
  playedEndpoint,
  REFRESH_TOKEN,
  type Row,
} from './support/played-endpoint.ts';

const endpoint = playedEndpoint();

const revoke = () =>
  revokeToken({ revocationEndpoint: `${endpoint.origin}/revoke`, clientId: 'web' })(
    tokens(REFRESH_TOKEN),
    context(),
  );

describe('revocation', () => {
  it('200 is a success, whatever its body', async () => {
    endpoint.answer = html(200);
    await expect(revoke()).resolves.toBeUndefined();
  });

  it.each<Row>([
    [
      '503 with Retry-After is retried later',
      html(503, { 'retry-after': '1' }),
      { ...notNow, retryAfter: 1_000 },
    ],
    ['unsupported_token_type was answered', json(400, { error: 'unsupported_token_type' }), notNow],
    [
      'invalid_client is a matter of configuration',
      json(401, { error: 'invalid_client' }),
      configuration,
    ],
    ['a lost connection may have revoked', (request) => void request.socket.destroy(), perhapsLost],
    ['a redirect is not followed', html(307, { location: 'https://evil.example/' }), configuration],
  ])('%s', async (_what, listener, expected) => {
    endpoint.answer = listener;
    await expect(revoke()).rejects.toMatchObject(expected);
  });
});
