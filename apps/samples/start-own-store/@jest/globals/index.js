// Another test runner: the contracts want nothing but these of it.
export { describe, it } from 'node:test';
