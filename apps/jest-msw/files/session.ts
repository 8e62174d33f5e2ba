// from docs/start/tests.md#tests-with-jest-and-msw
