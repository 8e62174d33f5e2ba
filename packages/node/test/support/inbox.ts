export type Message = { readonly kind: string; readonly body?: unknown };

/** Messages of a program, each for one that waits for its kind, now or later. */
export interface Inbox {
  put(message: Message): void;
  /** Nothing more will come: rejects all who wait, and those who come later for what did not come. */
  close(reason: Error): void;
  /** Resolves with the next message of this kind that was not waited for yet. */
  next<T>(kind: string): Promise<T>;
}

export function createInbox(): Inbox {
  const kept: Message[] = [];
  const waiting: {
    kind: string;
    resolve: (body: never) => void;
    reject: (error: Error) => void;
  }[] = [];
  let over: Error | undefined;
  return {
    put(message) {
      const place = waiting.findIndex(({ kind }) => kind === message.kind);
      if (place < 0) kept.push(message);
      else waiting.splice(place, 1)[0]?.resolve(message.body as never);
    },
    close(reason) {
      over = reason;
      for (const { reject } of waiting.splice(0)) reject(reason);
    },
    next: (kind) =>
      new Promise((resolve, reject) => {
        const place = kept.findIndex((message) => message.kind === kind);
        if (place >= 0) resolve(kept.splice(place, 1)[0]?.body as never);
        else if (over !== undefined) reject(over);
        else waiting.push({ kind, resolve, reject });
      }),
  };
}
