/** Tests in these folders, or with this ending, need Postgres and Temporal; all others need no server. */
const needsServers = [
  '/test/(activities|api|database|demo|workers|workflows)/.*\\.test\\.ts$',
  '\\.integration\\.test\\.ts$',
];

const project = {
  testEnvironment: 'node',
  rootDir: __dirname,
  roots: ['<rootDir>/test'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' } },
    ],
  },
};

/** @type {import('jest').Config} */
module.exports = {
  // One more than a machine of two cores has: a test waits half of its time, for servers or a clock.
  maxWorkers: 3,
  // Nothing is judged by time: this only ends what hangs, also on a machine that is busy otherwise.
  testTimeout: 280_000,
  projects: [
    {
      ...project,
      displayName: 'unit',
      testRegex: ['\\.test\\.ts$'],
      testPathIgnorePatterns: ['/node_modules/', ...needsServers],
    },
    {
      ...project,
      displayName: 'integration',
      testRegex: needsServers,
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
