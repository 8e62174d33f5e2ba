import { setTimeout as pause } from 'node:timers/promises';
import { readWhole, type WholeFile } from './whole-file.ts';

export interface Settled {
  readonly whole: WholeFile;
  readonly text: string;
  readonly document: { readonly value: unknown } | 'unreadable';
}

/** Others may write the file in place, where it is empty or cut for a moment. Looks, and ms between them. */
const LOOKS = 5;
const BETWEEN = 20;

/** Reads a JSON file, again where it looks like one that is just being written. `undefined`: there is none. */
export async function readSettled(file: string): Promise<Settled | undefined> {
  for (let look = 1; ; look++) {
    const whole = await readWhole(file);
    if (whole === undefined) return undefined;
    const settled = parsed(whole);
    if (settled.document !== 'unreadable' || look === LOOKS) return settled;
    await pause(BETWEEN);
  }
}

function parsed(whole: WholeFile): Settled {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(whole.bytes); // what cannot be decoded could not be kept
    return { whole, text, document: { value: JSON.parse(text) as unknown } };
  } catch {
    return { whole, text: '', document: 'unreadable' };
  }
}
