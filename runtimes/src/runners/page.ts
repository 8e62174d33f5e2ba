// Chromium and Firefox: a page of the server's own origin.
import { report } from '../conformance/run.ts';

report(location.origin).catch((error: unknown) => {
  document.title = String(error);
});
