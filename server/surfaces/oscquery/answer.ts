import { knownAttributes, type Json, type QueryTree } from './tree.js';

export interface QueryAnswer {
  readonly status: 200 | 204 | 400 | 404;
  readonly body: Json | null;
}
const none = (status: 204 | 400 | 404): QueryAnswer => ({ status, body: null });

/**
 * The answer to GET `target` ("/foo/bar?VALUE"), by the rules of the OSCQuery proposal: without a query the node and all below
 * it; with one that attribute alone; HOST_INFO whatever the path. 204: a method that has no such attribute, or no value to be
 * read; 400: no attribute of the proposal, or no readable address; 404: no such node. A container without the attribute answers {}.
 */
export function answerQuery(tree: QueryTree, hostInfo: () => Json, target: string): QueryAnswer {
  const [rawPath = '/', query] = target.split('#', 1)[0]!.split('?', 2);
  if (query === 'HOST_INFO') return { status: 200, body: hostInfo() };
  const path = readable(rawPath);
  if (path === null) return none(400);
  const node = tree.node(path);
  if (node === null) return none(404);
  if (query === undefined || query === '') return { status: 200, body: node };
  if (!knownAttributes.has(query)) return none(400);
  const value = node[query];
  if (value !== undefined) return { status: 200, body: { [query]: value } };
  return tree.isMethod(path) ? none(204) : { status: 200, body: {} };
}

/** null where the percent signs make no text. */
function readable(path: string): string | null {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.length > 1 && decoded.endsWith('/') ? decoded.slice(0, -1) : decoded || '/';
  } catch {
    return null;
  }
}
