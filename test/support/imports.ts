import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readSource } from './source-file.ts';

/** Which files of a folder import which others of it. Types count too: to read a file is to read what its types are. */
export type ImportGraph = ReadonlyMap<string, readonly ImportedFile[]>;

export interface ImportedFile {
  readonly file: string;
  readonly typeOnly: boolean;
}

/** The imports between the files below a folder, named from there, with slashes on every system. */
export function importsWithin(folder: string): ImportGraph {
  const files = globSync('**/*.ts', { cwd: folder }).map(withSlashes).sort();
  return new Map(
    files.map((file) => [
      file,
      readSource(readFileSync(path.join(folder, file), 'utf8'))
        .imports.filter(({ from }) => from.startsWith('.'))
        .map(({ from, typeOnly }) => ({
          file: path.posix.join(path.posix.dirname(file), from),
          typeOnly,
        })),
    ]),
  );
}

/** Every group of files that import each other in a circle, each group in the order of its names. */
export function circlesIn(graph: ImportGraph): string[][] {
  const reached = new Map([...graph.keys()].map((file) => [file, reachedFrom(file, graph)]));
  const inCircle = [...graph.keys()].filter((file) => reached.get(file)?.has(file)).sort();
  const groups: string[][] = [];
  for (const file of inCircle) {
    const group = groups.find(
      ([one = '']) => reached.get(one)?.has(file) && reached.get(file)?.has(one),
    );
    if (group) group.push(file);
    else groups.push([file]);
  }
  return groups;
}

function reachedFrom(start: string, graph: ImportGraph): Set<string> {
  const reached = new Set<string>();
  const next = [start];
  for (let file = next.pop(); file !== undefined; file = next.pop())
    for (const { file: imported } of graph.get(file) ?? [])
      if (!reached.has(imported)) {
        reached.add(imported);
        next.push(imported);
      }
  return reached;
}

const withSlashes = (file: string): string => file.replaceAll('\\', '/');
