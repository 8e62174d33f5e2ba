import type { Outcome } from '../conformance/run.ts';
import { type Bundles, bundle } from './bundle.ts';
import { type Runtime, runtimes } from './runtimes.ts';
import { startServer } from './server.ts';

/** What was found out about one runtime; `outcomes` is missing where it could not be had. */
export interface Result {
  readonly runtime: Runtime;
  readonly outcomes: readonly Outcome[] | undefined;
}

/** Ms for one runtime, start and end included: a bound for what hangs. All of them together take some seconds. */
const PATIENCE = 60_000;

const ENDS = 'a process ends by itself, with sessions in every state that nobody closed';

/** Checks all of them, two at a time. Those that are not on this machine are passed over. */
export async function checkRuntimes(): Promise<readonly Result[]> {
  const bundles = await bundle();
  const waiting = [...runtimes().entries()];
  const results: Result[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, runtime] = next;
      const outcomes = runtime.start && (await outcomesIn(runtime, bundles));
      results[index] = { runtime, outcomes };
    }
  };
  await Promise.all([work(), work()]);
  return results;
}

async function outcomesIn({ start, ends }: Runtime, bundles: Bundles): Promise<readonly Outcome[]> {
  if (!start) return [];
  const server = await startServer(bundles.page);
  const bound = after(PATIENCE);
  try {
    const started = await start(server.origin, bundles);
    try {
      const early = started.ended.then(({ output }) => failure('it ended early', output));
      const found = await Promise.race([
        server.outcomes,
        early,
        bound.over.then(() => failure('it hangs')),
      ]);
      const all = [
        ...found,
        {
          rule: 'no refresh token is sent twice',
          ...(server.reuseDetections() > 0 && { error: `${server.reuseDetections()} were` }),
        },
      ];
      if (!ends) return all;
      const end = await Promise.race([started.ended, bound.over.then(() => undefined)]);
      const error = end === undefined ? 'it goes on' : end.ok ? undefined : end.output;
      return [...all, { rule: ENDS, ...(error !== undefined && { error }) }];
    } finally {
      await started.stop();
    }
  } finally {
    bound.cancel();
    await server.close();
  }
}

const failure = (what: string, output = ''): readonly Outcome[] => [
  { rule: 'the rules are checked', error: `${what}: ${output}` },
];

function after(ms: number): { readonly over: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { over, cancel: () => clearTimeout(timer) };
}
