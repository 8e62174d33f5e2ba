import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { holdEndpoint } from '../support/held-endpoint.ts';
import { runProcess } from '../support/process.ts';
import { prepareProgram, type Program } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

const TOKEN = '/v1/sessions/acme:42/token';

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.stop());

const modeOf = (file: string): string =>
  (statSync(path.join(program.folder, 'data', file)).mode & 0o777).toString(8);

describe('the program', () => {
  it('makes its keys at the first start, for its owner alone, and gives the token after a SIGKILL and a restart', async () => {
    const first = await program.start();
    expect(['encryption.key', 'api-keys.json', 'admin.key'].map(modeOf)).toEqual([
      '600',
      '600',
      '600',
    ]);
    expect(first.stderr).toContain('admin.key: take it from there, and delete the file');
    expect(first.stdout + first.stderr).not.toContain(first.key);
    await first.deposit('acme:42', 0.001);
    const before = (await (await first.call('GET', TOKEN)).json()) as { generation: number };
    expect(before.generation).toBe(1);
    const keys = readFileSync(path.join(program.folder, 'data', 'encryption.key'), 'utf8');
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');

    const second = await program.start();
    expect(await (await second.call('GET', TOKEN)).json()).toEqual(before);
    expect(second.stderr).toBe('');
    expect(readFileSync(path.join(program.folder, 'data', 'encryption.key'), 'utf8')).toBe(keys);
    expect(program.provider).toMatchObject({ redemptions: 1, refusals: 0 });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends after %s, with exit code 0',
    async (signal) => {
      const running = await program.start();
      running.child.kill(signal);
      expect(await running.ended).toBe(0);
      expect(running.lines.at(-1)).toMatchObject({ event: 'stop', signal });
      expect(running.stderr.split('\n')).toHaveLength(2); // where the first key is, and nothing more
    },
  );

  it('answers at SIGTERM whoever waits for a refresh, and keeps what that has yielded', async () => {
    const endpoint = await holdEndpoint(program.provider.tokenEndpoint);
    program.configure({
      providers: { crm: { tokenEndpoint: endpoint.address, clientId: 'cli' } },
    });
    const running = await program.start();
    await running.deposit('acme:42', 0.001);
    const waiting = running.call('GET', TOKEN);
    await endpoint.asked;
    running.child.kill('SIGTERM');
    endpoint.open();
    const token = (await (await waiting).json()) as { generation: number };
    expect(token.generation).toBe(1);
    expect(await running.ended).toBe(0);
    await endpoint.stop();

    const again = await program.start();
    expect(await (await again.call('GET', TOKEN)).json()).toEqual(token);
  });

  it('is not ready any more after SIGTERM, but goes on answering for as long as `notice` says', async () => {
    program.configure({ limits: { notice: 60_000 } });
    const running = await program.start();
    await running.deposit('acme:42');
    const ready = async (): Promise<boolean> => {
      const answer = await fetch(`${running.origin}/readyz`);
      return ((await answer.json()) as { ok: boolean }).ok;
    };
    expect(await ready()).toBe(true);
    running.child.kill('SIGTERM');
    await eventually(ready, (isReady) => !isReady); // the signal has arrived
    expect((await running.call('GET', TOKEN)).status).toBe(200);
    running.child.kill('SIGTERM'); // once more: at once
    expect(await running.ended).toBe('SIGTERM');
  });

  it('goes on where nobody reads its log any more, and ends when it is told to', async () => {
    const running = await program.start();
    running.child.stdout?.destroy();
    await running.deposit('acme:42', 0.001);
    const answer = await running.call('GET', TOKEN); // a refresh, of which there is a line
    expect(await answer.json()).toMatchObject({ generation: 1 });
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  it('refuses to start where the encryption key of its sessions is gone', async () => {
    const first = await program.start();
    first.child.kill('SIGTERM');
    await first.ended;
    rmSync(path.join(program.folder, 'data', 'encryption.key'));
    const { code, stderr } = await runProcess(['--config', program.configure()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/sessions\.db has sessions, and its key .*encryption\.key is gone/);
  });

  it('says that a port is taken, with exit code 1 and no stack trace', async () => {
    const running = await program.start();
    const port = Number(new URL(running.origin).port);
    const { code, stderr } = await runProcess([
      '--config',
      program.configure({ listen: { port } }),
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe(`The broker could not run: port ${port} of 127.0.0.1 is taken\n`);
  });
});
