import { createReadStream, existsSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fakeTriangles } from './fake-scene.js';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** The page's files, the face's triangles and the audit trail, as the server answers them. */
export function serveFake(
  request: IncomingMessage,
  response: ServerResponse,
  pageFolder: string,
  audit: readonly { readonly hash: string }[],
): void {
  // As strict as the page can bear: nothing from outside, no inline code.
  response.setHeader('content-security-policy', "default-src 'self'; img-src 'self' data: blob:");
  const path = new URL(request.url ?? '/', 'http://page').pathname;
  if (path === '/canonical-face.json') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ triangles: fakeTriangles() }));
    return;
  }
  if (path === '/audit') {
    const head = audit.at(-1)?.hash ?? '';
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ head, entries: audit }));
    return;
  }
  const file = join(pageFolder, normalize(path === '/' ? '/index.html' : path));
  if (!existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).pipe(response);
}
