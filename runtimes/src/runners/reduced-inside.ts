// React Native's own AbortController is this package; its signals have neither `reason` nor `throwIfAborted`.
import { AbortController, AbortSignal } from 'abort-controller';
import { report } from '../conformance/run.ts';

Object.assign(globalThis, { AbortController, AbortSignal });
report((globalThis as { ORIGIN?: string }).ORIGIN ?? '').catch(console.error);
