/** An event of a stream (WHATWG HTML section 9.2), as far as the service sends any. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Characters of one line at the most: the service's are far shorter. */
const LONGEST = 64 * 1024;

/** Reads the text of a stream, however it is cut. Throws for a line that does not end. `known`: the position that it goes on from. */
export function createEventReader(known?: string): {
  /** The position to go on from after a break. */
  readonly lastId: string | undefined;
  read(text: string): readonly StreamEvent[];
} {
  let rest = '';
  let lastId = known;
  let type = '';
  let data: string[] = [];

  /** Gives an event where the line ends one. */
  const take = (line: string): StreamEvent | undefined => {
    if (line === '') {
      const event =
        data.length > 0 ? { type: type || 'message', data: data.join('\n') } : undefined;
      type = '';
      data = [];
      return event;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'data') data.push(value);
    if (name === 'event') type = value;
    if (name === 'id') lastId = value;
    return undefined;
  };
  return {
    get lastId() {
      return lastId;
    },
    read(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST) throw new Error('a line without an end');
      return lines
        .map((line) => take(line.replace(/\r$/, '')))
        .filter((event) => event !== undefined);
    },
  };
}
