// from docs/tools.md#msw-in-jest-as-commonjs
