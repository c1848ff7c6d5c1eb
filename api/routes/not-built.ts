import type { Role } from '../../schemas/keys';
import { Problem } from '../problem';
import { none, openRoute, tenantRoute, type Answer, type Route } from '../route';

type Method = Route['method'];

/** Routes that are promised and not there yet: they say so, after the check of the key. */
const tenantPaths: readonly [Method, string, Role][] = [
  ['get', '/feed', 'pos'],
  ['post', '/feed/ack', 'pos'],
  ['get', '/delete-policy', 'viewer'],
  ['put', '/delete-policy', 'admin'],
  ['put', '/delete-policy/{system}', 'admin'],
  ['put', '/delete-policy/{system}/{kind}', 'admin'],
  ['get', '/deletions', 'operator'],
  ['post', '/deletions/{deletionId}/undo', 'admin'],
  ['post', '/connections/woo/authorize', 'admin'],
  ['post', '/connections/qbo/authorize', 'admin'],
  ['post', '/connections/{system}/test', 'admin'],
  ['get', '/conflicts', 'viewer'],
  ['post', '/conflicts/{conflictId}/resolve', 'operator'],
  ['get', '/history', 'viewer'],
];

/** Called by vendors, who have no key of ours. */
const openPaths: readonly [Method, string][] = [
  ['get', '/v1/oauth/qbo/callback'],
  ['post', '/v1/hooks/woo/{hookId}'],
  ['post', '/v1/hooks/qbo'],
];

export function notBuiltRoutes(): Route[] {
  const shared = { summary: 'Not built yet (501)', answers: {}, body: none };
  return [
    ...tenantPaths.map(([method, path, access]) =>
      tenantRoute({ ...shared, method, path, access, params: none, query: none, handle }),
    ),
    ...openPaths.map(([method, path]) =>
      openRoute({ ...shared, method, path, access: 'none', handle }),
    ),
  ];
}

function handle(): Promise<Answer> {
  throw new Problem(501, 'not_built', 'This part of the contract is not built yet.');
}
