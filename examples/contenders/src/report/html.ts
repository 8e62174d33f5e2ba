/** A piece of markup, as opposed to text that still has to be escaped. */
export interface Html {
  readonly markup: string;
}

type Insert = string | number | Html | readonly Html[];

/** A template whose inserts are escaped unless they are markup themselves. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return {
    markup: parts.reduce((text, part, index) => text + markupOf(inserts[index - 1] ?? '') + part),
  };
}

/** For markup that was not made from anybody's input: this package's own style sheet and script. */
export function trusted(markup: string): Html {
  return { markup };
}

/** JSON for a script element, in which no text can end that element. */
export function json(value: unknown): Html {
  return trusted(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

function markupOf(insert: Insert): string {
  if (typeof insert === 'string' || typeof insert === 'number') return escape(String(insert));
  return 'markup' in insert ? insert.markup : insert.map(({ markup }) => markup).join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
