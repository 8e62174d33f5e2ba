/** What only the owner of the project knows: a row of RELEASING.md each. `value` is empty until it is filled in. */
export interface OwnersAnswer {
  readonly what: string;
  readonly why: string;
  readonly value: string;
}

/** The rows of the table whose last column is `Value`. */
export function ownersAnswers(markdown: string): OwnersAnswer[] {
  const rows = markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const head = rows.findIndex((cells) => cells.at(-1) === 'Value');
  return rows.slice(head + 2).map(([what = '', why = '', value = '']) => ({
    what,
    why,
    value: value.replace(/^<(.*)>$/, '$1'),
  }));
}

/** What has to be said before a release, a line for each row that is not filled in; nothing when all of them are. */
export function missingAnswers(markdown: string): string[] {
  return ownersAnswers(markdown)
    .filter(({ value }) => value === '')
    .map(({ what, why }) => `${what}: ${why}`);
}

/** The members of a package.json that follow from them; none where nothing is filled in. */
export function fieldsOfOwner(
  answers: readonly OwnersAnswer[],
  directory: string,
): Record<string, unknown> {
  const valueOf = (what: string): string =>
    answers.find((answer) => answer.what === what)?.value ?? '';
  const [repository, homepage, bugs] = ['repository', 'homepage', 'bugs'].map(valueOf);
  return {
    ...(homepage && { homepage }),
    ...(bugs && { bugs }),
    ...(repository && { repository: { type: 'git', url: `git+${repository}.git`, directory } }),
  };
}
