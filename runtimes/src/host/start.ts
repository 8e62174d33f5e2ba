import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Kind } from '../../../test/support/browsers.ts';
import type { Bundles } from './bundle.ts';

/** A runtime that was started for one run. */
export interface Started {
  /** How it ended, should it end; what it wrote, where that was badly. Never rejects. */
  readonly ended: Promise<{ readonly ok: boolean; readonly output: string }>;
  stop(): Promise<void>;
}

export type Start = (origin: string, bundles: Bundles) => Promise<Started>;

/** Node, Bun and Deno. */
export const program =
  (file: string, kind: keyof Bundles['program'] | 'reduced', ...options: string[]): Start =>
  async (origin, { program: programs, reduced }) =>
    run(file, [...options, ...(kind === 'reduced' ? reduced : [programs[kind]]), origin]);

export const workerd =
  (file: string): Start =>
  async (origin, { worker }) => {
    const config = path.join(path.dirname(worker), 'workerd.capnp');
    writeFileSync(
      config,
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "conformance", worker = (
    modules = [(name = "worker.mjs", esModule = embed "${path.basename(worker)}")],
    compatibilityDate = "2026-11-01",
    bindings = [(name = "ORIGIN", text = "${origin}")])),
  (name = "internet", network = (allow = ["private"]))]);
`,
    );
    return run(file, ['test', config]);
  };

export const browser =
  (kind: Kind): Start =>
  async (origin) => {
    const started = await kind.start();
    const page = await started.newPage();
    const ended = new Promise<{ ok: boolean; output: string }>((resolve) => {
      page.once('pageerror', (error) => resolve({ ok: false, output: String(error) }));
    });
    await page.goto(origin);
    return { ended, stop: () => started.close() };
  };

function run(file: string, args: readonly string[]): Started {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<{ ok: boolean; output: string }>((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
  return {
    ended,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
