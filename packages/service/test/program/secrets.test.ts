import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type HeldEndpoint, holdEndpoint } from '../support/held-endpoint.ts';
import { prepareProgram, type Program, type Started } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

let program: Program;
let endpoint: HeldEndpoint;
let running: Started;
beforeEach(async () => {
  program = await prepareProgram();
  endpoint = await holdEndpoint(program.provider.tokenEndpoint);
  endpoint.open();
  program.configure({
    providers: { crm: { tokenEndpoint: endpoint.address, clientId: 'cli' } },
  });
  running = await program.start();
});
afterEach(async () => {
  await program.stop();
  await endpoint.stop();
});

const TOKEN = '/v1/sessions/acme:42/token';

describe('all that the program writes', () => {
  it('has a line for each refresh, and no token, no API key and no session key, whatever happens', async () => {
    const secrets = [running.key, 'acme:42', await running.deposit('acme:42')];
    const { session, generation } = (await (await running.call('GET', TOKEN)).json()) as {
      session: string;
      generation: number;
    };
    await running.call('POST', TOKEN, { rejected: { session, generation } });
    secrets.push(await running.deposit('acme:43', 0.001));
    await running.call('GET', '/v1/sessions/acme:43/token');
    await running.call('PUT', '/v1/sessions/acme:44', {
      provider: 'crm',
      token_response: {
        ...{ access_token: 'canary-access', refresh_token: 'canary-refresh', expires_in: 0.001 },
      },
    });
    await running.call('GET', '/v1/sessions/acme:44/token'); // the provider knows no such token
    await running.call('GET', TOKEN, undefined, { authorization: 'Bearer canary-credentials' });
    await running.call('PUT', '/v1/sessions/acme:42', { 'canary-member': 'canary-value' });
    await running.call('DELETE', '/v1/sessions/acme:42');
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);

    const refreshes = running.lines.filter(({ event }) => event === 'refresh');
    expect(refreshes.map(({ outcome, provider }) => [outcome, provider])).toEqual([
      ['refreshed', 'crm'],
      ['refreshed', 'crm'],
      ['sessionEnded', 'crm'],
    ]);
    expect(refreshes.map((line) => line['generation'])).toEqual([1, 1, 0]);
    expect(new Set(refreshes.map((line) => line['session'])).size).toBe(3);
    expect(running.lines.map(({ event }) => event)).toEqual([
      ...['start', 'refresh', 'refresh', 'refresh', 'stop'],
    ]);
    for (const answer of endpoint.answers)
      for (const [name, value] of Object.entries(JSON.parse(answer) as Record<string, unknown>))
        if (name.endsWith('_token')) secrets.push(String(value));
    expect(secrets.length).toBeGreaterThan(7);
    const written = running.stdout + running.stderr;
    for (const secret of [...secrets, 'acme:43', 'acme:44', 'access-acme', 'canary'])
      expect(written).not.toContain(secret);
  });
});
