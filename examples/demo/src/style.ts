import { styleText } from 'node:util';

/** How to set text off, or not. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

const asIs = (text: string): string => text;

export const plainStyle: Style = { good: asIs, bad: asIs, strong: asIs, faint: asIs };

/** Colours for a terminal that wants them: node:util heeds NO_COLOR, FORCE_COLOR and what the stream is. */
export function styleFor(stream: NodeJS.WritableStream): Style {
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream });
  return {
    good: styled('green'),
    bad: styled('red'),
    strong: styled('bold'),
    faint: styled('dim'),
  };
}
