import type { Clock } from 'unexpired';
import { readWhole, type WholeFile } from './whole-file.ts';

/** A JSON file as it was at one moment. */
export interface JsonFile {
  readonly whole: WholeFile;
  /** Without the byte order mark. */
  readonly text: string;
  /** The byte order mark that it began with, or nothing. */
  readonly mark: string;
  readonly document: { readonly value: unknown } | 'empty' | 'unreadable';
}

const BYTE_ORDER_MARK = '\uFEFF';

/** `undefined`: there is no such file. */
export async function readJson(file: string, clock: Clock): Promise<JsonFile | undefined> {
  const whole = await readWhole(file, clock);
  if (whole === undefined) return undefined;
  try {
    // What cannot be decoded could not be kept, and neither could a mark that the decoder takes off.
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole.bytes);
    const mark = decoded.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
    const text = decoded.slice(mark.length);
    const document = text.trim() === '' ? 'empty' : { value: JSON.parse(text) as unknown };
    return { whole, text, mark, document };
  } catch {
    return { whole, text: '', mark: '', document: 'unreadable' };
  }
}
