import type { Config } from 'jest';

const config: Config = {
  rootDir: '../..',
  roots: ['<rootDir>/packages/core/mutation'],
  testMatch: ['<rootDir>/packages/core/mutation/all.test.mjs'],
  testEnvironment: './scripts/mutation/environment.mjs',
  transform: {},
  // A mutant that hangs does nothing until then, so there are more of Stryker's workers than cores.
  testTimeout: 2500,
  injectGlobals: false,
};

export default config;
