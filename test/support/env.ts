/** What test files share, started or made once by `global-setup.ts`. */
export interface TestServers {
  databaseUrl: string;
  temporalAddress: string;
  /** The database that those of the test files are copied from. */
  template: string;
  /** Of the bundled workflows. */
  bundlePath: string;
}

/** The servers to test against; throws in a test that runs without them. */
export function testServers(): TestServers {
  const { databaseUrl, temporalAddress } = givenServers();
  const template = valueOf('TEST_TEMPLATE');
  const bundlePath = valueOf('TEST_BUNDLE');
  if (
    databaseUrl === undefined ||
    temporalAddress === undefined ||
    template === undefined ||
    bundlePath === undefined
  )
    throw new Error(
      'This test needs Postgres and Temporal: its file belongs to the project ' +
        '"integration" (jest.config.js).',
    );
  return { databaseUrl, temporalAddress, template, bundlePath };
}

/** What the environment names already, so that it need not be started. */
export function givenServers(): Partial<Pick<TestServers, 'databaseUrl' | 'temporalAddress'>> {
  const databaseUrl = valueOf('TEST_DATABASE_URL') ?? valueOf('DATABASE_URL');
  const temporalAddress = valueOf('TEST_TEMPORAL_ADDRESS') ?? valueOf('TEMPORAL_ADDRESS');
  return {
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(temporalAddress === undefined ? {} : { temporalAddress }),
  };
}

/** Hands them to the processes of the test files. */
export function passOnServers(servers: TestServers): void {
  process.env['TEST_DATABASE_URL'] = servers.databaseUrl;
  process.env['TEST_TEMPORAL_ADDRESS'] = servers.temporalAddress;
  process.env['TEST_TEMPLATE'] = servers.template;
  process.env['TEST_BUNDLE'] = servers.bundlePath;
}

/** Whether tests keep the histories of their workflows (`histories.ts`). */
export function isRecording(): boolean {
  return valueOf('TEST_RECORD_HISTORIES') === '1';
}

/**
 * How long random histories run: how many, from which seed on, and of how many steps; fewer where
 * nothing is said.
 */
export function historiesAsked(histories: number): {
  histories: number;
  firstSeed: number;
  steps: number;
} {
  return {
    histories: Number(valueOf('HISTORIES') ?? histories),
    firstSeed: Number(valueOf('HISTORY_SEED') ?? 301),
    steps: Number(valueOf('HISTORY_STEPS') ?? 8),
  };
}

function valueOf(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/**
 * How many times as many random baskets as usual: `BASKETS=4` decides 120,000 and posts 3,600 of
 * them.
 */
export function basketsTimes(): number {
  return Number(valueOf('BASKETS') ?? 1);
}
