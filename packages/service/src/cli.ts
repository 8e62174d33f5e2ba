#!/usr/bin/env node
import { main } from './program/main.ts';

process.exitCode = await main(process);
