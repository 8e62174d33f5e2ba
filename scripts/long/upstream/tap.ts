/** The results of a run in TAP, by the name of the test. A name that comes twice gets a number. */
export function readTap(output: string): Map<string, 'ok' | 'not ok'> {
  const results = new Map<string, 'ok' | 'not ok'>();
  for (const [, failed, name = ''] of output.matchAll(/^(not )?ok \d+ - (.*)$/gm)) {
    if (/ # (SKIP|TODO)/i.test(name)) continue;
    let own = name;
    for (let count = 2; results.has(own); count++) own = `${name} (${count})`;
    results.set(own, failed ? 'not ok' : 'ok');
  }
  return results;
}

/** A row for each test: its results, and its name. */
export function rowsOf(runs: readonly ReadonlyMap<string, string>[]): string[] {
  const names = new Set(runs.flatMap((run) => [...run.keys()]));
  return [...names]
    .toSorted()
    .map((name) => `${runs.map((run) => (run.get(name) ?? '-').padEnd(7)).join('')}${name}`);
}

/** The tests that pass without us and fail with us, and are not known to. */
export function newFailures(
  runs: readonly ReadonlyMap<string, string>[],
  known: readonly string[],
): string[] {
  const [bare, ...wrapped] = runs;
  return [...(bare ?? [])]
    .filter(([name, result]) => result === 'ok' && wrapped.some((run) => run.get(name) !== 'ok'))
    .map(([name]) => name)
    .filter((name) => !known.includes(name));
}
