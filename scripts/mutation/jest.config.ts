import type { Config } from 'jest';
import { namesToSources } from '../jest-command.ts';

const config: Config = {
  rootDir: '../..',
  roots: ['<rootDir>/packages', '<rootDir>/scripts/mutation'],
  testMatch: ['<rootDir>/scripts/mutation/all.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: './scripts/mutation/environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: false,
      },
    ],
  },
  moduleNameMapper: namesToSources(),
  testTimeout: 6000,
  injectGlobals: false,
};

export default config;
