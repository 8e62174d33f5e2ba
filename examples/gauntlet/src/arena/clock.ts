/** The time as it is, whatever this process is made to believe afterwards. */
const trueDate = Date;

export const trueNow = (): number => trueDate.now();

/** From now on everything in this process but the servers believes that it is `offset` ms later. */
export function shiftClock(offset: number): void {
  if (offset === 0) return;
  globalThis.Date = class extends trueDate {
    constructor(...args: readonly [] | readonly [number | string]) {
      if (args.length === 0) super(trueDate.now() + offset);
      else super(...args);
    }

    static override now(): number {
      return trueDate.now() + offset;
    }
  } as DateConstructor;
}

/** Resolves after `delay` ms. */
export const pause = (delay: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, delay);
  });
