import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { packing } from '../scripts/package-checks/packed.ts';
import { allSteps } from '../scripts/steps/all.ts';
import { root } from '../scripts/workspace.ts';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const page = read('CONTRIBUTING.md');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const examples = (/^\| `npm run example:<name>`.*$/m.exec(page)?.[0] ?? '').split(':').at(-1) ?? '';

it('CONTRIBUTING names every command of package.json, and no other', () => {
  const named = [...page.matchAll(/npm (?:run ([\w:-]+)|test\b)/g)]
    .map(([, name = 'test']) => name)
    .filter((name) => name !== 'example:')
    .concat([...examples.matchAll(/`(\w+)`/g)].map(([, name = '']) => `example:${name}`));
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(scripts).toSorted());
});

it('each command is a task of scripts/run.cjs, and each task is a command', () => {
  const tasks = [...read('scripts/run.cjs').matchAll(/^ {2}'?([\w:-]+)'?: \{.* script: /gm)];
  const called = Object.values(scripts).map((script) => script.split(' ').slice(0, 3).join(' '));
  expect([...new Set(called)].toSorted()).toEqual(
    tasks.map(([, name = '']) => `node scripts/run.cjs ${name}`).toSorted(),
  );
});

it('CONTRIBUTING names every step of npm test, and no other', () => {
  const [, steps = ''] = /single steps of `npm test`: (.*) \|$/m.exec(page) ?? [];
  const all = allSteps(packing(), () => {});
  expect([...steps.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).toSorted()).toEqual(
    all.map(({ name }) => name).toSorted(),
  );
});
