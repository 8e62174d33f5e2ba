import { api, tokens } from './session';

// from docs/start/tests.md#tests-with-jest-and-msw:2
