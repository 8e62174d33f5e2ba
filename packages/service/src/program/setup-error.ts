/** What the operator has to mend before the program can start: a line for each thing. No line quotes a value. */
export class SetupError extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'SetupError';
  }
}

/** What is wrong in the configuration file, and where. */
export interface ConfigurationProblem {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly reason: string;
}

/** A JSON pointer (RFC 6901 section 3). */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
