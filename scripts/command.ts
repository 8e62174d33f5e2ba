import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './workspace.ts';

export interface Finished {
  ok: boolean;
  output: string;
}

export interface CommandOptions {
  cwd?: string;
  /** Windows starts `.cmd` files through a shell only. */
  shell?: boolean;
}

export interface ToolOptions {
  cwd?: string;
  /** The program's name where it is not the package's. */
  bin?: string;
}

/** Runs a program to its end and keeps what it wrote, for the case that it fails. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      shell: options.shell ?? false,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        ok: code === 0,
        output: stripVTControlCharacters(Buffer.concat(chunks).toString('utf8')),
      }),
    );
  });
}

/** Runs a tool of this repository by the script behind its name, which works the same on every system. */
export function runTool(
  name: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<Finished> {
  return runCommand(process.execPath, [toolScript(name, options.bin), ...args], options);
}

// Read, not required: most tools do not export their package.json.
function toolScript(name: string, bin = path.basename(name)): string {
  const folder = path.join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[bin];
  if (script === undefined) throw new Error(`${name} has no program named ${bin}`);
  return path.join(folder, script);
}
