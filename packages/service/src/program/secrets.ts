import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Secret } from './configuration.ts';
import type { ConfigurationProblem } from './setup-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads secrets from where the configuration says that they are, and remembers which were not there. */
export interface Secrets {
  /** The text, without the line break at its end. Gives an empty text where there is none, which is a problem. */
  text(secret: Secret, pointer: string): string;
  /** A key of AES-GCM in base64: 16 or 32 bytes. */
  key(secret: Secret, pointer: string): Uint8Array;
  readonly problems: readonly ConfigurationProblem[];
}

/** `folder`: paths are relative to it. */
export function secretsFrom(environment: Environment, folder: string): Secrets {
  const problems: ConfigurationProblem[] = [];
  const text: Secrets['text'] = (secret, pointer) => {
    const found =
      'env' in secret ? environment[secret.env] : contentOf(path.resolve(folder, secret.file));
    if (found !== undefined && found.trim() !== '') return found.replace(/\r?\n$/, '');
    const place = 'env' in secret ? 'environment variable' : 'file';
    problems.push({ pointer, reason: `the ${place} is not there, or is empty` });
    return '';
  };
  return {
    text,
    key(secret, pointer) {
      const before = problems.length;
      const bytes = keyOf(text(secret, pointer));
      if (bytes === undefined && problems.length === before)
        problems.push({ pointer, reason: 'expected 16 or 32 random bytes in base64' });
      return bytes ?? new Uint8Array(0);
    },
    problems,
  };
}

/** The bytes of a key that was written in base64; `undefined`: it is none. */
export function keyOf(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 16 || bytes.length === 32 ? bytes : undefined;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // the pointer says which one; why it cannot be read is for the operator's shell
  }
}
