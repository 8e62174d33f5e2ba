/** What the API answers at a path. */
export function answerPath(path: string): { readonly path: string } {
  return { path };
}

/** Is it the answer to a request for this path? */
export function isAnswerTo(path: string, body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'path' in body && body.path === path;
}
