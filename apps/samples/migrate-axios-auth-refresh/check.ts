export function is(what, value, expected) {
  if (value !== expected) throw new Error(`${what}: ${value}, and should be ${expected}`);
}
