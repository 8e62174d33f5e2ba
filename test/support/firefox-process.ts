import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'puppeteer-core';

/** Passes of a loop: some tenths of a second, which is more than an idle page computes in that time. */
const WORK = 3e8;

/** The process that a page of Firefox is in: the one that computes when the page does. It tells nobody by itself. Linux only. */
export async function processOf(page: Page): Promise<number> {
  const browser = page.browser().process()?.pid;
  if (browser === undefined) throw new Error('The browser was not started here');
  const before = contentProcesses(browser);
  await page.evaluate((passes) => {
    let sum = 0;
    for (let pass = 0; pass < passes; pass++) sum += pass % 7;
    return sum;
  }, WORK);
  const spent = [...contentProcesses(browser)].map(([pid, time]) => ({
    pid,
    time: time - (before.get(pid) ?? 0),
  }));
  const [busiest] = spent.toSorted((one, other) => other.time - one.time);
  if (busiest === undefined) throw new Error('Firefox has no content process');
  return busiest.pid;
}

/** What those below this one that hold pages have computed, in ticks (proc(5)). */
function contentProcesses(root: number): Map<number, number> {
  const all = readdirSync('/proc').flatMap((name) => {
    const stat = contentsOf(`/proc/${name}/stat`);
    if (!/^\d+$/.test(name) || stat === '') return [];
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isContent = contentsOf(`/proc/${name}/cmdline`).replace(/\0+$/, '').endsWith('tab');
    return [
      {
        pid: Number(name),
        parent: Number(fields[1]),
        time: Number(fields[11]) + Number(fields[12]),
        isContent,
      },
    ];
  });
  const below = new Set([root]);
  for (let size = 0; size < below.size; ) {
    size = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return new Map(
    all
      .filter(({ pid, isContent }) => isContent && below.has(pid))
      .map(({ pid, time }) => [pid, time]),
  );
}

/** Empty where there is no such process any more. */
function contentsOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
