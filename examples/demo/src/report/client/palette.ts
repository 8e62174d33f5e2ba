/** The colours of the pictures, which live in the style sheet so that both themes are in one place. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

const NAMES = [
  'waiting',
  'refused',
  'answered',
  'unanswered',
  'failed',
  'refresh',
  'text',
  'faint',
  'grid',
  'surface',
] as const;

/** The colours as they are now, as `rgb(...)`: a canvas understands neither variables nor `light-dark()`. */
export function readPalette(): Palette {
  const probe = document.createElement('span');
  document.body.append(probe);
  const colors = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(colors) as Palette;
}

/** `rgb(1, 2, 3)` as numbers. */
export function channels(color: string): readonly [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}
