type Runs = readonly ReadonlyMap<string, string>[];

/** What a test of the list that passes without us, and not with us, is followed by in the list. */
const BECAUSE = ' — because ';

/** `skip`: the project itself does not run it, or expects it to fail. */
export type Result = 'ok' | 'not ok' | 'skip';

/** The results of a run in TAP, by the name of the test. A name that comes twice gets a number. */
export function readTap(output: string): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const [, failed, written = ''] of output.matchAll(/^(not )?ok \d+ (?:- )?(.*)$/gm)) {
    const [name = '', skipped] = written.split(/\s+# (?=SKIP|TODO)/i);
    let own = name;
    for (let count = 2; results.has(own); count++) own = `${name} (${count})`;
    results.set(own, skipped === undefined ? (failed ? 'not ok' : 'ok') : 'skip');
  }
  return results;
}

/** The list of a suite: a row for each test, with its results, its name, and the reason if there has to be one. */
export function writeList(
  title: string,
  ways: readonly string[],
  runs: Runs,
  reasons: ReadonlyMap<string, string>,
): string {
  const names = new Set(runs.flatMap((run) => [...run.keys()]));
  const failing = newFailures(runs, []);
  const cells = (texts: readonly string[]): string => texts.map((text) => text.padEnd(7)).join('');
  const rows = [...names].toSorted().map((name) => {
    const reason = failing.includes(name) ? reasons.get(name) : undefined;
    const results = cells(runs.map((run) => run.get(name) ?? '-'));
    return `${results}${name}${reason === undefined ? '' : BECAUSE + reason}`;
  });
  return [title, cells(ways), ...rows, ''].join('\n');
}

/** The reasons in a list, by the name of the test. */
export function readList(list: string): Map<string, string> {
  const rows = list.split('\n').filter((row) => row.includes(BECAUSE));
  return new Map(
    rows.map((row) => {
      const at = row.indexOf(BECAUSE);
      return [row.slice(28, at), row.slice(at + BECAUSE.length)];
    }),
  );
}

/** The tests that pass or are skipped without us, and neither pass nor are skipped alike with us, and are not known to. */
export function newFailures(runs: Runs, known: readonly string[]): string[] {
  const [bare, ...wrapped] = runs;
  return [...(bare ?? [])]
    .filter(
      ([name, result]) => result !== 'not ok' && wrapped.some((run) => run.get(name) !== result),
    )
    .map(([name]) => name)
    .filter((name) => !known.includes(name));
}
