import type { Step, StepResult } from './step.ts';

/** Runs the steps one after the other, a line each, all of them even when one fails. Resolves with the names of those that did. */
export async function runSteps(steps: readonly Step[]): Promise<string[]> {
  const failed: string[] = [];
  const shown = new Map<string, string>();
  for (const step of steps) {
    const started = performance.now();
    const { ok, output, note } = await outcome(step);
    const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
    process.stdout.write(
      `${step.name.padEnd(10)} ${ok ? 'ok    ' : 'FAILED'} ${seconds.padStart(7)}${ok && note ? `  ${note}` : ''}\n`,
    );
    if (ok) continue;
    failed.push(step.name);
    // A build that fails stops several steps for the same reason.
    const before = shown.get(output);
    process.stdout.write(before === undefined ? `${output.trimEnd()}\n\n` : `as in ${before}\n\n`);
    shown.set(output, before ?? step.name);
  }
  return failed;
}

async function outcome(step: Step): Promise<StepResult> {
  try {
    return await step.run();
  } catch (error) {
    return { ok: false, output: error instanceof Error ? error.message : String(error) };
  }
}
