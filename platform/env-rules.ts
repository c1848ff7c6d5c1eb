import { isPublicHost } from '../network/public-host';

/** What zod found wrong with one variable. */
interface Issue {
  path: readonly PropertyKey[];
  message: string;
}

const requiredInProduction = [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'TRUTH_SYNC_ROOT_KEY',
  'TRUTH_SYNC_SECRET_KEYS',
  'PUBLIC_URL',
];

/** Variables that hold no secret, so that a problem may show their value. */
const harmless = new Set([
  'NODE_ENV',
  'PORT',
  'METRICS_PORT',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'QBO_ENVIRONMENT',
  'LOG_LEVEL',
  'LOCAL_POSTGRES_PORT',
  'LOCAL_TEMPORAL_PORT',
  'LOCAL_TEMPORAL_UI_PORT',
]);

/**
 * Production asks for itself, or by an address that the world can reach, unless NODE_ENV says
 * otherwise.
 */
export function isProduction(given: Record<string, string>): boolean {
  const mode = given['NODE_ENV'];
  return mode === undefined ? hasPublicAddress(given) : mode === 'production';
}

function hasPublicAddress(given: Record<string, string>): boolean {
  return ownUrls.some((name) => {
    const url = asUrl(given[name]);
    return url !== undefined && /^https?:$/.test(url.protocol) && isPublicHost(url);
  });
}

/** Which rules hold and why, for the first line of a start. */
export function rulesText(given: Record<string, string>): string {
  const rules = isProduction(given) ? 'Production rules' : 'Development rules';
  const mode = given['NODE_ENV'];
  if (mode !== undefined) return `${rules}: NODE_ENV is ${mode}.`;
  return isProduction(given)
    ? `${rules}: NODE_ENV is not set and a public address is configured.`
    : `${rules}: NODE_ENV is not set. Set NODE_ENV=production for a real installation.`;
}

/** All problems of an environment, those of single variables and those between variables. */
export function envProblems(given: Record<string, string>, issues: readonly Issue[]): string[] {
  return [
    ...issues.map(({ path, message }) => `${shown(String(path[0]), given)} ${message}`),
    ...pairProblems(given),
    ...urlProblems(given),
    ...(isProduction(given) ? productionProblems(given) : []),
  ];
}

function pairProblems(given: Record<string, string>): string[] {
  const pair = ['QBO_CLIENT_ID', 'QBO_CLIENT_SECRET'];
  const missing = pair.filter((name) => given[name] === undefined);
  return missing.length === 1
    ? [`${missing.join()} is missing; ${pair.join(' and ')} go together`]
    : [];
}

const ownUrls = ['PUBLIC_URL', 'QBO_REDIRECT_URI'];
const vendorUrls = ['QBO_BASE_URL', 'QBO_OAUTH_URL'];

/** An address is compared and joined as it stands: nothing else belongs there. */
function urlProblems(given: Record<string, string>): string[] {
  return [...ownUrls, ...vendorUrls].flatMap((name) => {
    const url = asUrl(given[name]);
    if (url === undefined) return [];
    const { username, password, hash } = url;
    return [
      ...(username + password === ''
        ? []
        : [`${shown(name, given)} must not hold a user or password`]),
      ...(hash === '' ? [] : [`${shown(name, given)} must not hold a fragment (#...)`]),
    ];
  });
}

function productionProblems(given: Record<string, string>): string[] {
  const missing = requiredInProduction
    .filter((name) => given[name] === undefined)
    .map((name) => `${name} is missing; production requires it`);
  const notPublic = [...ownUrls, ...vendorUrls].flatMap((name) => {
    const url = asUrl(given[name]);
    if (url === undefined) return [];
    return [
      ...(url.protocol === 'https:' ? [] : [`${shown(name, given)} must be https in production`]),
      ...(isPublicHost(url)
        ? []
        : [
            `${shown(name, given)} must name a host of the internet in production: none that is ` +
              'loopback, private or reserved, or a name without a public suffix',
          ]),
    ];
  });
  return [...missing, ...notPublic];
}

/** The variable with its value, as far as that is no secret: of a URL only scheme and host. */
function shown(name: string, given: Record<string, string>): string {
  const value = given[name];
  if (value !== undefined && harmless.has(name)) return `${name} (${JSON.stringify(value)})`;
  const url = name === 'DATABASE_URL' ? undefined : asUrl(value);
  return url?.host ? `${name} (${url.protocol}//${url.host})` : name;
}

function asUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}
