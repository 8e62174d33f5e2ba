import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, playedEndpoint, REFRESH_TOKEN } from './support/played-endpoint.ts';

const endpoint = playedEndpoint();
const { redeem } = endpoint;

describe('a success', () => {
  const whole = {
    access_token: 'at',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'rt',
    scope: 'a b',
    id_token: 'x',
    instance_url: 'https://eu.example.com',
  };

  it('is returned as it came', async () => {
    endpoint.answer = json(200, whole);

    expect(await redeem()).toEqual(whole);
  });

  it.each([
    [
      'labelled as text',
      (_request: IncomingMessage, response: ServerResponse) =>
        void response.setHeader('content-type', 'text/plain').end(JSON.stringify(whole)),
    ],
    [
      'with a byte order mark',
      (_request: IncomingMessage, response: ServerResponse) =>
        void response.end(`\uFEFF${JSON.stringify(whole)}`),
    ],
    ['with status 201', json(201, whole)],
  ])('%s is one all the same', async (_what, listener) => {
    endpoint.answer = listener;

    expect(await redeem()).toEqual(whole);
  });

  it.each([
    ['no access token', { refresh_token: 'rotated' }],
    ['an access token that is none', { access_token: 7, refresh_token: 'rotated' }],
    ['no token type', { access_token: 'at', refresh_token: 'rotated' }],
    ['an odd token type', { access_token: 'at', token_type: 'mac', refresh_token: 'rotated' }],
    [
      'an odd lifetime',
      { access_token: 'at', token_type: 'Bearer', expires_in: 'soon', refresh_token: 'rotated' },
    ],
    [
      'an odd scope',
      { access_token: 'at', token_type: 'Bearer', scope: ['a'], refresh_token: 'rotated' },
    ],
    [
      'an ID token that is none',
      { access_token: 'at', token_type: 'Bearer', id_token: 'x', refresh_token: 'rotated' },
    ],
    ['an error beside the tokens', { error: 'server_error', refresh_token: 'rotated' }],
  ])('with %s does not lose the refresh token that the server rotated to', async (_what, body) => {
    endpoint.answer = json(200, body);

    expect(await redeem()).toEqual(body);
  });

  it('carries scope and extra parameters, and nothing but what was asked for', async () => {
    let sent = '';
    endpoint.answer = (request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => (sent += text));
      request.on('end', () => json(200, whole)(request, response));
    };
    await redeem({
      scope: 'a b',
      parameters: { resource: ['https://one.example', 'https://two.example'], audience: 'x' },
    });

    expect([...new URLSearchParams(sent)].toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
      ['audience', 'x'],
      ['client_id', 'web'],
      ['grant_type', 'refresh_token'],
      ['refresh_token', REFRESH_TOKEN],
      ['resource', 'https://one.example'],
      ['resource', 'https://two.example'],
      ['scope', 'a b'],
    ]);
  });
});
