import type { App } from '../src/app.ts';

export const jestMsw: App = {
  id: 'jest-msw',
  title: 'tests with jest and msw, in CommonJS',
  pages: ['docs/start/tests.md', 'docs/tools.md'],
  has: [],
  quick: true,
  async play(stage) {
    stage.write();
    const report = JSON.parse(await stage.run(['node_modules/jest/bin/jest.js', '--json']));
    if (report.numPassedTests !== 1) throw new Error(`${report.numPassedTests} tests passed`);
    return 'the test of the page passes: 20 of 20 requests answered, 1 refresh, no reuse';
  },
};
