#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { run } from '../dist/index.mjs';

const { repository } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
const place = repository?.url.replace(/^git\+/, '').replace(/\.git$/, '');

process.exitCode = run(process.argv.slice(2), {
  cwd: process.cwd(),
  page: place && `${place}/blob/main/docs/migrate/axios-auth-refresh.md`,
  out: (text) => console.log(text),
  error: (text) => console.error(text),
});
