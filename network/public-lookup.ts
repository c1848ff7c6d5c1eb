import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

import { isPublicAddress } from './public-host';

/** The code of the error where a name has no public address. */
export const notPublicCode = 'ERR_NOT_PUBLIC';

/**
 * Resolves names for sockets, and leaves out every address that is not of the internet. The socket
 * connects to what is answered here, so that a name cannot mean one address while it is checked and
 * another one afterwards. An address in the place of a name is not looked up: check it before.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) {
      callback(error, [], undefined);
      return;
    }
    answer(
      found.filter(({ address }) => isPublicAddress(address)),
      options.all ?? false,
      callback,
    );
  });
};

function answer(
  open: readonly LookupAddress[],
  all: boolean,
  callback: Parameters<LookupFunction>[2],
): void {
  const [first] = open;
  if (first === undefined)
    callback(Object.assign(new Error('No public address'), { code: notPublicCode }), [], undefined);
  else if (all) callback(null, [...open]);
  else callback(null, first.address, first.family);
}
