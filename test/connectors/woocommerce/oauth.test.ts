import { describe, expect, test } from '@jest/globals';
import {
  basicAuthorization,
  signatureOf,
  signedUrl,
} from '../../../connectors/woocommerce/api/oauth';
import { readRecording } from '../recording';

const keys = { consumerKey: `ck_${'0'.repeat(40)}`, consumerSecret: `cs_${'0'.repeat(40)}` };

function verifies(name: string): boolean {
  const { method, url } = readRecording(name).request;
  const parameters = [...new URL(url).searchParams.entries()];
  const sent = parameters.find(([key]) => key === 'oauth_signature')?.[1];
  const signed = parameters.filter(([key]) => key !== 'oauth_signature');
  // The recordings were signed for the store's home address, not the one that was dialled.
  const home = 'http://127.0.0.1:8443/wp-json/wc/v3/products';
  return signatureOf(method, home, signed, { keys }) === sent;
}

describe('the OAuth signature', () => {
  test.each(['auth_oauth_ok', 'auth_oauth_post'])('is that of the recording %s', (name) => {
    expect(verifies(name)).toBe(true);
  });

  test('is not that of a call with another secret', () => {
    expect(verifies('auth_oauth_bad_secret')).toBe(false);
  });

  test('covers every parameter of the address, and differs with each nonce', () => {
    const url = new URL("http://127.0.0.1:8181/shop1/wp-json/wc/v3/products?sku=a%2Cb c'(!)*");
    const first = signedUrl('GET', url, keys, { timestamp: 1, nonce: 'one' });
    const second = signedUrl('GET', url, keys, { timestamp: 1, nonce: 'two' });
    const parameters = [...first.searchParams.entries()];
    const unsigned = parameters.filter(([key]) => key !== 'oauth_signature');
    const address = 'http://127.0.0.1:8181/shop1/wp-json/wc/v3/products';
    expect(first.searchParams.get('oauth_signature')).toBe(
      signatureOf('GET', address, unsigned, { keys }),
    );
    expect(first.searchParams.get('sku')).toBe("a,b c'(!)*");
    expect(second.searchParams.get('oauth_signature')).not.toBe(
      first.searchParams.get('oauth_signature'),
    );
  });

  test('sorts by name, not by name and value joined', () => {
    const forward = signatureOf(
      'GET',
      'http://a/',
      [
        ['a', '1'],
        ['a-b', '2'],
      ],
      { keys },
    );
    const turned = signatureOf(
      'GET',
      'http://a/',
      [
        ['a-b', '2'],
        ['a', '1'],
      ],
      { keys },
    );
    expect(forward).toBe(turned);
  });
});

test('over TLS the keys go as Basic', () => {
  const expected = Buffer.from(`${keys.consumerKey}:${keys.consumerSecret}`).toString('base64');
  expect(basicAuthorization(keys)).toBe(`Basic ${expected}`);
});
