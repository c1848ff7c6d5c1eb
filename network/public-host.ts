import { isIP } from 'node:net';

import ipaddr from 'ipaddr.js';
import { parse } from 'tldts';

// Which hosts anybody on the internet can reach. All others are ours, or our neighbours', and no
// customer's address may lead there (security.md#addresses-of-customers).

/** Where IANA has given out IPv6 addresses for use on the internet: 2000::/3. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the internet: none of a loopback, private, link-local, shared,
 * reserved or multicast network, and none that carries an IPv4 address inside, which may be any.
 */
export function isPublicAddress(text: string): boolean {
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return !(address instanceof ipaddr.IPv6) || address.match(globalUnicast);
}

/** Public suffixes by the list, in which nobody on the internet has a host. */
const closedSuffixes = /(^|\.)(onion|arpa)$/;

/**
 * Whether a URL's host may be one of the internet: a public address, or a name below a public
 * suffix. To what a name resolves is checked when it is connected to (`publicLookup`).
 */
export function isPublicHost(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return isPublicAddress(host);
  const { domain, isIcann, publicSuffix } = parse(host);
  return domain !== null && isIcann === true && !closedSuffixes.test(publicSuffix ?? '');
}
