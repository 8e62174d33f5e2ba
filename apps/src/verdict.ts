import type { Expected } from './app.ts';
import type { Seen } from './sessions.ts';

/** What an app has seen: the status of each answer. Throws where that, or what the server saw, is not what was promised. */
export function verdict(
  { requests, refreshes, due = false }: Expected,
  statuses: readonly unknown[],
  seen: Readonly<Seen>,
): string {
  const answered = statuses.filter((status) => status === 200).length;
  const problems = [
    ...(statuses.length === requests && answered === requests
      ? []
      : [`${answered} of ${requests} requests were answered: ${JSON.stringify(statuses)}`]),
    ...(seen.refreshes === refreshes
      ? []
      : [`${seen.refreshes} refreshes instead of ${refreshes}`]),
    ...(seen.reused === 0 ? [] : [`${seen.reused} refresh tokens came twice`]),
    ...(seen.refused > 0 === !due ? [] : [`${seen.refused} requests were refused`]),
  ];
  if (problems.length > 0) throw new Error(`${problems.join('; ')} (${JSON.stringify(seen)})`);
  return `${answered} of ${requests} requests answered, ${refreshes} refresh${refreshes === 1 ? '' : 'es'}, no reuse`;
}
