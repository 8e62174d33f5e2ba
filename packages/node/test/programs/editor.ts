// Somebody who edits a credentials file by hand, again and again, as editors save: `<how> <file>`. Ends when it is told to.
import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

type Way = 'rename aside' | 'unlink' | 'truncate' | 'without the value';

const [how, file] = process.argv.slice(2) as [Way, string];

/** The file is away, or half written, until `finish` is called. */
const WAYS: Readonly<Record<Way, (text: string) => () => void>> = {
  // vim with `backupcopy=no`, emacs: the old file becomes the backup, and the new one is written in its place.
  'rename aside': (text) => {
    renameSync(file, `${file}~`);
    return () => writeFileSync(file, text, { mode: 0o600 });
  },
  unlink: (text) => {
    unlinkSync(file);
    return () => writeFileSync(file, text, { mode: 0o600 });
  },
  // nano, Notepad, most programs: the file is emptied, and written piece by piece.
  truncate: (text) => {
    writeFileSync(file, text.slice(0, text.length / 2));
    return () => writeFileSync(file, text);
  },
  // A tool that knows nothing of the session, and puts it back after it.
  'without the value': (text) => {
    writeFileSync(file, '{"theme": "dark"}\n');
    return () => writeFileSync(file, text);
  },
};

/** Saves; where it is told to, half of it only, until it is told to go on. */
let finish: (() => void) | undefined;
process.on('message', (order) => {
  if (order === 'begin') {
    finish = WAYS[how](readFileSync(file, 'utf8'));
    process.send?.({ kind: 'away' });
  } else if (order === 'finish') {
    finish?.();
    process.send?.({ kind: 'saved' });
  } else process.disconnect();
});
process.send?.({ kind: 'ready' });
