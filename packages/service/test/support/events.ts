export interface Told {
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Reader {
  /** The next event; `{ event: 'end' }` at the end. */
  next(): Promise<Told>;
  /** The next id, or the last one where there was one since the last event. */
  position(): Promise<{ readonly id: string }>;
  /** All that has come. */
  text(): string;
  cancel(): Promise<void>;
}

/** Reads server-sent events. */
export function readEvents(answer: Response): Reader {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let all = '';
  let rest = '';
  let id: string | undefined;

  /** The next block; `undefined`: the end. */
  const block = async (): Promise<string | undefined> => {
    for (;;) {
      const end = rest.indexOf('\n\n');
      if (end >= 0) {
        const found = rest.slice(0, end);
        rest = rest.slice(end + 2);
        return found;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      const more = decoder.decode(value, { stream: true });
      all += more;
      rest += more;
    }
  };
  const field = (text: string, name: string): string | undefined =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);

  return {
    text: () => all,
    cancel: () => reader.cancel(),
    async position() {
      while (id === undefined) {
        const found = await block();
        if (found === undefined) throw new Error('the stream has ended');
        id = field(found, 'id');
      }
      return { id };
    },
    async next() {
      id = undefined;
      for (;;) {
        const found = await block();
        if (found === undefined) return { event: 'end' };
        id = field(found, 'id') ?? id;
        const data = field(found, 'data');
        const event = field(found, 'event');
        if (data !== undefined)
          return {
            data: JSON.parse(data) as Record<string, unknown>,
            ...(event !== undefined && { event }),
          };
      }
    },
  };
}
