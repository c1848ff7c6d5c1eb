import { expect, test } from '@jest/globals';

import { isPublicHost } from '../../network/public-host';

// Hosts as they are written in an address. `URL` turns other spellings of an IPv4 address into the
// usual one, and names into lower case and ASCII.

const open: Record<string, readonly string[]> = {
  'IPv4 of the internet': [
    ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.1', '52.1.2.3', '93.184.216.34'],
    ...['100.63.255.255', '100.128.0.1', '126.255.255.255', '128.0.0.1', '169.253.255.255'],
    ...['169.255.0.1', '172.15.255.255', '172.32.0.1', '192.167.255.255', '192.169.0.1'],
    ...['198.17.255.255', '198.20.0.1', '223.255.255.255', '192.0.1.1', '203.0.112.1'],
  ],
  'IPv4 in other spellings': ['134744072', '0x08080808', '010.8.8.8', '8.8.2056', '8.526344'],
  'IPv6 of the internet': [
    ...['[2606:4700:4700::1111]', '[2001:4860:4860::8888]', '[2a00:1450:4001:82a::200e]'],
    ...['[2620:fe::fe]', '[2400:cb00:2048:1::c629:d7a2]', '[2001:0200::1]', '[2003::1]'],
  ],
  'names below a public suffix': [
    ...['shop.example.com', 'example.com', 'example.com.', 'EXAMPLE.com', 'a.b.c.example.co.uk'],
    ...['shop.de', 'laden.at', 'loja.com.br', 'butik.se', 'tienda.es', 'store.nl', 'shop.io'],
    ...['shop.myshopify.com', 'somebody.github.io', 'x.wordpress.com', 'shop.wpengine.com'],
    ...[
      'quickbooks.api.intuit.com',
      'sandbox-quickbooks.api.intuit.com',
      'oauth.platform.intuit.com',
    ],
    ...['münchen.de', 'xn--mnchen-3ya.de', 'президент.рф', 'xn--d1abbgf6aiiy.xn--p1ai', '例え.jp'],
    ...[
      'my-shop.store',
      'my--shop.shop',
      '1.2.3.4.example.com',
      '127.0.0.1.nip.io',
      'localhost.com',
    ],
    ...['corp.com', 'internal.net', 'local.org', 'lan.dev', 'svc.app', 'xn--bcher-kva.example.com'],
  ],
};

const closed: Record<string, readonly string[]> = {
  loopback: [
    ...['127.0.0.1', '127.0.0.2', '127.1.2.3', '127.255.255.255', '[::1]', '[0:0:0:0:0:0:0:1]'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'shop.localhost', 'localhost.localdomain'],
  ],
  'loopback in other spellings': [
    ...['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '127.1', '127.0.1'],
    ...['0x7F.0x0.0x0.0x1', '①②⑦.⓪.⓪.①', '１２７.０.０.１', '127.0.0.1.', '127。0。0。1'],
  ],
  unspecified: ['0.0.0.0', '0', '0.1.2.3', '0.255.255.255', '[::]', '[0::0]'],
  private: [
    ...['10.0.0.0', '10.0.0.1', '10.255.255.255', '172.16.0.1', '172.20.10.1', '172.31.255.255'],
    ...['192.168.0.1', '192.168.1.1', '192.168.255.255', '[fc00::1]', '[fd00::1]'],
    ...['[fd12:3456:789a:1::1]', '[fdff:ffff::1]', '167772161', '0xc0a80001', '3232235521'],
  ],
  'link-local, with the addresses of cloud metadata': [
    ...['169.254.0.1', '169.254.169.254', '169.254.170.2', '169.254.255.255', '[fe80::1]'],
    ...['[fe80::a9fe:a9fe]', '[febf::1]', '2852039166', '0xa9fea9fe', '[fd00:ec2::254]'],
    ...['metadata.google.internal', 'metadata', 'instance-data'],
  ],
  'site-local': ['[fec0::1]', '[fec0:0:0:1::1]', '[feff::1]'],
  shared: ['100.64.0.1', '100.100.100.200', '100.127.255.255'],
  multicast: [
    ...['224.0.0.1', '224.0.0.251', '239.255.255.250', '[ff02::1]', '[ff05::2]', '[ff0e::1]'],
  ],
  'reserved, documentation and benchmarks': [
    ...['192.0.0.1', '192.0.0.170', '192.0.0.255', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
    ...['198.18.0.1', '198.19.255.255', '240.0.0.1', '250.1.2.3', '255.255.255.254'],
    ...['255.255.255.255', '192.88.99.1', '[2001:db8::1]', '[3fff::1]', '[2001:2::1]'],
    ...['[2001:10::1]', '[2001:20::1]', '[100::1]', '[5f00::1]', '[4000::1]', '[8000::1]'],
    ...['[1::1]', '[200::1]', '[::2]', '192.31.196.1', '192.52.193.1', '192.175.48.1'],
  ],
  'IPv6 with an IPv4 address inside': [
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:10.0.0.1]', '[::ffff:a9fe:a9fe]'],
    ...['[::ffff:8.8.8.8]', '[::ffff:0:127.0.0.1]', '[::127.0.0.1]', '[::7f00:1]', '[::8.8.8.8]'],
    ...['[64:ff9b::a9fe:a9fe]', '[64:ff9b::127.0.0.1]', '[64:ff9b::8.8.8.8]', '[64:ff9b:1::1]'],
    ...['[2002:7f00:1::]', '[2002:a9fe:a9fe::1]', '[2002:c0a8:1::1]', '[2001::1]'],
    ...['[2001:0:7f00:1::]', '[2001:0:53aa:64c:0:5efe:7f00:1]'],
  ],
  'names of one label': ['intranet', 'db', 'router', 'com', 'shop', 'wordpress'],
  'names of networks of our own': [
    ...['db.corp', 'db.internal', 'pos.local', 'nas.lan', 'printer.home'],
    ...['kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'api.default.svc'],
    ...['x.intranet', 'x.private', 'x.home.arpa', 'home.arpa', 'server.localdomain', 'a.mail'],
    ...['host.docker.internal', 'redis.service.consul', 'node.cluster', 'x.workgroup'],
  ],
  'names kept free by RFC 2606, 6761, 7686': [
    ...['shop.example', 'shop.test', 'shop.invalid', 'shop.onion', '1.0.0.127.in-addr.arpa'],
    ...['example', 'test', 'invalid', 'abcdefghijklmnop.onion', 'ip6.arpa'],
  ],
  'public suffixes themselves': ['co.uk', 'com.br', 'org.au'],
};

const rows = (table: Record<string, readonly string[]>): [string, string][] =>
  Object.entries(table).flatMap(([why, hosts]) =>
    hosts.map((host): [string, string] => [why, host]),
  );

test.each(rows(open))('%s: %s may be called', (_why, host) => {
  expect(isPublicHost(new URL(`https://${host}/path`))).toBe(true);
});

test.each(rows(closed))('%s: %s is refused', (_why, host) => {
  expect(isPublicHost(new URL(`https://${host}:8443/path`))).toBe(false);
});
