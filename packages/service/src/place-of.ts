import { nameOf } from 'unexpired/adapter';

/** The name of an error and the places that it passed, without its message, which may quote anything. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return nameOf(error);
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...places.slice(0, 10)].join('\n');
}
