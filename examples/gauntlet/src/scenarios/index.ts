import type { Scenario } from '../scenario.ts';
import { form, refusedStream, stream } from './bodies.ts';
import { burst, late401, twoClients } from './bursts.ts';
import { fastClock, slowClock } from './clocks.ts';
import { fourProcesses } from './four-processes.ts';
import { loggedError } from './logged-error.ts';
import { answerLost, outage, refreshFails, refreshHangs, refreshLate } from './refreshes.ts';
import { always401 } from './refusals.ts';
import { announcedAgain, signOutMeanwhile } from './signing.ts';
import { twoTabs } from './two-tabs.ts';
import { abortQueued, timeoutQueued } from './waiting.ts';

/** In the order in which they are shown. */
export const scenarios: readonly Scenario[] = [
  burst,
  late401,
  always401,
  refreshFails,
  refreshHangs,
  refreshLate,
  answerLost,
  outage,
  abortQueued,
  timeoutQueued,
  stream,
  refusedStream,
  form,
  twoClients,
  twoTabs,
  fourProcesses,
  signOutMeanwhile,
  announcedAgain,
  fastClock,
  slowClock,
  loggedError,
];
