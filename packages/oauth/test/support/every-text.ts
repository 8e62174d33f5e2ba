/** Every string that can be reached from `value`, hidden properties and stacks included. */
export function everyTextIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Reflect.ownKeys(value).flatMap((key) => [
    String(key),
    ...everyTextIn(Reflect.get(value, key), seen),
  ]);
}
