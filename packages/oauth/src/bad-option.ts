// Not `checkAll` of unexpired/adapter: a secret fits or not by `clientAuthentication`, and no number is shown.
import { nameOf } from 'unexpired/adapter';

/** Names what came without showing it: a secret or a key may have been given in the wrong place, also as a number. */
export const kindOf = (value: unknown): string =>
  typeof value === 'number' ? 'number' : nameOf(value);

/** A `TypeError` that names the option, what was expected and what came. A text in `got` is a description: never given a secret. */
export function badOption(name: string, expected: string, got: unknown): TypeError {
  const shown = typeof got === 'string' ? got : kindOf(got);
  return new TypeError(`${name}: expected ${expected}, got ${shown}`);
}
