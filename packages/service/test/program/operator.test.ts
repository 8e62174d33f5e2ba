import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { prepareProgram, type Program, type Started } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

let program: Program;
let running: Started;
beforeAll(async () => {
  program = await prepareProgram();
  program.configure({ operator: { port: 0, hosts: ['broker.internal'] } });
  running = await program.start();
});
afterAll(() => program.stop());

/** Asks the operator's listener under another name. */
const ask = (to: string, host: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    request(`${running.operator}${to}`, { headers: { host } }, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });

describe("the operator's listener", () => {
  it('has the figures of what happened in the program, and no token and no session key', async () => {
    const refresh = await running.deposit('acme:42', 0.001);
    await running.call('GET', '/v1/sessions/acme:42/token');
    await running.call('GET', '/v1/sessions/acme:42/token', undefined, { authorization: 'none' });
    const answer = await fetch(`${running.operator}/metrics`);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    for (const line of [
      'unexpired_refreshes_total{provider="crm",reason="due",outcome="refreshed"} 1',
      'unexpired_auth_failures_total{kind="credentials"} 1',
      'unexpired_http_request_seconds_count{route="/v1/sessions/{key}/token",status="200"} 1',
      'unexpired_in_flight{provider="crm"} 0',
      'unexpired_waiters 0',
    ])
      expect(text.split('\n')).toContain(line);
    for (const secret of [refresh, running.key, 'acme:', 'access-'])
      expect(text).not.toContain(secret);
  });

  it('is there under known names alone, so that no page reaches it by DNS rebinding', async () => {
    const { port } = new URL(running.operator);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'broker.internal'])
      expect((await ask('/metrics', host)).status).toBe(200);
    for (const host of [`rebound.example:${port}`, 'broker.internal.example']) {
      const answer = await ask('/metrics', host);
      expect(answer.status).toBe(421);
      expect(answer.body).not.toContain('unexpired_');
    }
  });

  it('is another one than that of the API, and neither has what the other has', async () => {
    expect((await fetch(`${running.origin}/metrics`)).status).toBe(404);
    expect((await fetch(`${running.operator}/v1/sessions/acme:42`)).status).toBe(404);
    expect((await fetch(`${running.operator}/readyz`)).status).toBe(404);
  });
});
