import { leaveOpen, rules } from './rules.ts';

/** What a rule came to; `error`: why it does not hold. */
export interface Outcome {
  readonly rule: string;
  readonly error?: string;
}

/** Checks every rule here, and tells the server that started this run. Leaves sessions open behind it. */
export async function report(origin: string): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const { name, check } of rules)
    outcomes.push(
      await check(origin).then(
        () => ({ rule: name }),
        (error: unknown) => ({ rule: name, error: describe(error) }),
      ),
    );
  await leaveOpen(origin);
  await fetch(`${origin}/outcomes`, { method: 'POST', body: JSON.stringify(outcomes) });
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
