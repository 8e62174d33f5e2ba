import type { Config } from 'jest';

const config: Config = {
  rootDir: '../../packages/core',
  roots: ['<rootDir>/mutation'],
  testMatch: ['<rootDir>/mutation/all.test.mjs'],
  testEnvironment: '../../scripts/mutation/environment.mjs',
  transform: {},
  testTimeout: 6000,
  injectGlobals: false,
};

export default config;
