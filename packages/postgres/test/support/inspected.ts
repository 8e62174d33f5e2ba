/** All that an error and its causes say, however they are printed. */
export function inspected(error: unknown): string {
  const seen: unknown[] = [];
  for (
    let found = error;
    found !== undefined && !seen.includes(found);
    found = (found as { cause?: unknown }).cause
  )
    seen.push(found);
  return seen
    .map((one) => `${String(one)} ${JSON.stringify(one, Object.getOwnPropertyNames(one))}`)
    .join('\n');
}
