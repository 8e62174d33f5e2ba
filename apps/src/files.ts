import { globSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/workspace.ts';
import type { App } from './app.ts';

type Folders = Pick<App, 'id' | 'folders'>;

export const foldersOf = ({ id, folders = [`${id}/files`] }: Folders): string[] =>
  folders.map((folder) => path.join(root, 'apps', folder));

/** What of them may take blocks from a page. */
export const templatesOf = (app: Folders): { readonly folder: string; readonly file: string }[] =>
  foldersOf(app).flatMap((folder) =>
    globSync('**/*.{ts,tsx,mts,cts,js}', { cwd: folder }).map((file) => ({ folder, file })),
  );
