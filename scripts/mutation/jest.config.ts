import type { Config } from 'jest';

const config: Config = {
  rootDir: '../..',
  roots: ['<rootDir>/packages/core/mutation'],
  testMatch: ['<rootDir>/packages/core/mutation/all.test.mjs'],
  testEnvironment: './scripts/mutation/environment.mjs',
  transform: {},
  testTimeout: 2500,
  injectGlobals: false,
};

export default config;
