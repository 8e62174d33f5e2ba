/** `ids` are folded to the width of a terminal. */
export function helpText(contenders: readonly string[], scenarios: readonly string[]): string {
  return `Usage: npm run gauntlet [-- options]

Plays the same scenarios with each way of keeping tokens fresh, each cell in a process of its own, on a
loopback server that takes a refresh token once. Takes several minutes; --short less than one.

      --only IDS        only these contenders, separated by commas:
${folded(contenders)}
      --scenarios IDS   only these scenarios:
${folded(scenarios)}
      --retry PLACES    where axios-retry is, for contenders on axios: none, inside, outside; default all
      --short           ours alone, without axios-retry and without what takes a minute of real time
      --record          keep what was seen in examples/gauntlet/recorded.json, in place of what was seen
                        there before, and write docs/gauntlet.md from it
      --report PATH     where to write the HTML report (default reports/gauntlet.html)
      --json            print the results as JSON and nothing else; progress goes to stderr
                        (npm adds two lines of its own unless asked not to: npm run -s gauntlet -- --json)
  -h, --help            this text

Exit status: 0 when each cell of ours passed, 1 when not, or when the run itself failed; 2 for a mistake
in the options.
`;
}

const WIDTH = 100;
const INDENT = ' '.repeat(24);

function folded(ids: readonly string[]): string {
  const lines: string[] = [];
  for (const id of ids) {
    const last = lines.at(-1);
    if (last === undefined || INDENT.length + last.length + id.length + 2 > WIDTH) lines.push(id);
    else lines[lines.length - 1] = `${last}, ${id}`;
  }
  return lines.map((line) => INDENT + line).join('\n');
}
