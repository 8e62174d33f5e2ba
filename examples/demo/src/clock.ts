/** Ms on the system's monotonic clock, whose zero all processes of one machine share: times of callers and servers compare. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Resolves after `delay` ms. */
export function pause(delay: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delay);
  });
}
