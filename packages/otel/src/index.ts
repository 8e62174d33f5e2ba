export { type Instrumented, type InstrumentOptions, instrument } from './instrument.ts';
