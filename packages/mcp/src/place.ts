/** Where a URL leads, however it is written: without query and fragment. `''`: nowhere. */
export const placeOf = (url: unknown): string =>
  (URL.canParse(String(url)) ? new URL(String(url)).href : '').replace(/[?#].*/, '');
