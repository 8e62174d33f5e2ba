// from docs/frameworks.md#frameworks
