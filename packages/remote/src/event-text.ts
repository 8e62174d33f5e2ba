/** An event of a stream (WHATWG HTML section 9.2), as far as the service sends any. */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

/** Characters of one line, and of one event, at the most: the service's are far shorter. */
const LONGEST = 64 * 1024;
/** What a header can carry. The service's own are numbers. */
const POSITION = /^[\x21-\x7E]{1,100}$/;

/** Reads the text of a stream, however it is cut. Throws for a line or an event that does not end. `known`: the position that it goes on from. */
export function createEventReader(known?: string): {
  /** The position to go on from after a break. */
  readonly lastId: string | undefined;
  read(text: string): readonly StreamEvent[];
} {
  let rest = '';
  let lastId = known;
  let type = '';
  let data: string[] = [];
  let size = 0;

  /** Gives an event where the line ends one. */
  const take = (line: string): StreamEvent | undefined => {
    if (line === '') {
      const event =
        data.length > 0 ? { type: type || 'message', data: data.join('\n') } : undefined;
      type = '';
      data = [];
      size = 0;
      return event;
    }
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'data') data.push(value);
    size += line.length;
    if (size > LONGEST) throw new Error('an event that does not end');
    if (name === 'event') type = value;
    if (name === 'id' && POSITION.test(value)) lastId = value;
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
