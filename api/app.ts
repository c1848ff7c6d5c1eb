import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import swaggerUi from 'swagger-ui-express';

import { groupBy } from '../domain/group-by';
import { Authenticator } from './authenticate';
import type { ApiDeps } from './deps';
import { describeApi } from './openapi';
import { notFound, Problem, toProblem } from './problem';
import type { Route } from './route';
import { auditRoutes } from './routes/audit';
import { changeRoutes } from './routes/changes';
import { connectionRoutes } from './routes/connections';
import { directionRoutes } from './routes/direction';
import { explainRoutes } from './routes/explain';
import { failureRoutes } from './routes/failures';
import { keyRoutes } from './routes/keys';
import { laneRoutes } from './routes/lanes';
import { mappingRoutes } from './routes/mappings';
import { notBuiltRoutes } from './routes/not-built';
import { recordRoutes } from './routes/records';
import { runRoutes } from './routes/runs';
import { settingsRoutes } from './routes/settings';
import { statusRoutes } from './routes/status';
import { tenantRoutes } from './routes/tenants';

/** Every route of the API, as `/v1/openapi.json` describes them. */
function routesOf(deps: ApiDeps): Route[] {
  return [
    ...tenantRoutes(deps),
    ...keyRoutes(deps),
    ...changeRoutes(deps),
    ...directionRoutes(deps),
    ...settingsRoutes(deps),
    ...mappingRoutes(deps),
    ...connectionRoutes(deps),
    ...statusRoutes(deps),
    ...laneRoutes(deps),
    ...failureRoutes(deps),
    ...recordRoutes(deps),
    ...explainRoutes(deps),
    ...runRoutes(deps),
    ...auditRoutes(deps),
    ...notBuiltRoutes(),
  ];
}

export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
  app.use(addHeaders);
  const routes = routesOf(deps);
  const authenticator = new Authenticator(deps.rootKey, deps.pool);
  for (const route of routes) {
    app[route.method](expressPath(route), serve(route, authenticator, deps));
  }
  const description = describeApi(routes);
  app.get('/v1/openapi.json', (_request, response) => {
    response.json(description);
  });
  app.use('/docs', allowPage, swaggerUi.serve, swaggerUi.setup(description));
  for (const [path, methods] of methodsByPath(routes)) app.all(path, refuseMethod(methods));
  app.get('/', (_request, response) => {
    response.type('html').send(firstPage);
  });
  app.use(() => {
    throw notFound('route');
  });
  app.use(answerProblem(deps));
  return app;
}

/** For whoever opens the address in a browser. */
const firstPage = `<!doctype html><html lang="en"><title>truth-sync</title><h1>truth-sync</h1>
<p>Keeps a POS, WooCommerce and QuickBooks Online equal.</p>
<ul><li><a href="/docs">The API, to read and to try</a></li>
<li><a href="/v1/openapi.json">Its OpenAPI description</a></li></ul></html>
`;

function expressPath({ path }: Route): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const byPath = groupBy(routes, expressPath);
  return new Map(
    [...byPath].map(([path, group]) => [path, group.map(({ method }) => method.toUpperCase())]),
  );
}

/** A path that is there, asked with a method that it does not have (RFC 9110, 15.5.6). */
function refuseMethod(methods: readonly string[]): RequestHandler {
  return (request, response) => {
    const allowed = methods.join(', ');
    response.set('allow', allowed);
    throw new Problem(405, 'method_not_allowed', `${request.method} is none of: ${allowed}.`);
  };
}

/** An API answers data: nothing in it is to be run, framed, sniffed or kept by a browser. */
const safeHeaders = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
  ['cache-control', 'no-store'],
] as const;

const addHeaders: RequestHandler = (_request, response, next) => {
  response.setHeader('x-request-id', randomUUID());
  for (const [name, value] of safeHeaders) response.setHeader(name, value);
  next();
};

/** The page at /docs brings its own scripts and styles. */
const allowPage: RequestHandler = (_request, response, next) => {
  response.set(
    'content-security-policy',
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' " +
      "'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
  );
  next();
};

function serve(route: Route, authenticator: Authenticator, deps: ApiDeps): RequestHandler {
  return async (request, response) => {
    const end = deps.metrics.requests.startTimer({ method: route.method, route: route.path });
    response.once('finish', () => {
      end({ status: String(response.statusCode) });
    });
    const answer = await route.run(request, authenticator);
    response.status(answer.status).set(answer.headers ?? {});
    if (answer.body === undefined) response.end();
    else response.json(answer.body);
  };
}

function answerProblem({ logger }: ApiDeps): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const requestId = String(response.getHeader('x-request-id'));
    const problem = toProblem(error);
    if (problem.status >= 500 && problem.status !== 501) {
      const fields = { requestId, method: request.method, code: problem.code, err: error };
      if (problem.code === 'internal') logger.error(fields, 'request failed');
      else logger.warn(fields, 'request rejected');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { retryAfterSeconds } = problem.details;
    if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
    if (problem.status === 401) response.set('www-authenticate', 'Bearer');
    response.status(problem.status).type('application/problem+json');
    response.send(JSON.stringify(problem.body(requestId)));
  };
}
