import { BlockList, isIP } from 'node:net';

/**
 * Networks that nobody on the internet can reach: loopback, private, link-local, shared,
 * unspecified.
 */
const closedNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  closedNetworks.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  closedNetworks.addSubnet(network, prefix, 'ipv6');

const closedNames = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/;

/** Whether a URL's host can be reached from outside: not loopback, not private, not a bare name. */
export function isPublicHost(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const family = isIP(host);
  if (family !== 0) return !closedNetworks.check(host, family === 4 ? 'ipv4' : 'ipv6');
  return host.includes('.') && !closedNames.test(host);
}
