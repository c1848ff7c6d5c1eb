import { describe, expect, test } from '@jest/globals';

import { findJson } from '../../../connectors/woocommerce/api/wire';
import { testShop } from './shop';

const shop = testShop();

describe('W15: the JSON of an answer is found', () => {
  const notice = '<br />\n<b>Notice</b>: Undefined [x] in {y} on line <b>3</b><br />\n';
  const json = '{"update":[{"id":5,"name":"a } \\" ] b"}]}';
  test.each([
    ['behind 40 notices', notice.repeat(40) + json],
    ['before a notice', `${json}\n${notice}`],
    ['between notices', notice.repeat(100) + json + notice],
    [
      'behind debugging output',
      `Array\n(\n    [0] => x\n)\n[30-Nov-2026 10:00:00 UTC] PHP\n${json}`,
    ],
    ['beside a smaller value', `{"debug":1}\n${json}\n[]`],
  ])('%s', (_name, text) => {
    expect(findJson(text)).toMatchObject({ update: [{ id: 5 }] });
  });

  test.each(['', '<html>{</html>', notice, json.slice(0, -2), '{'.repeat(100_000)])(
    '%# is none',
    (text) => {
      expect(findJson(text)).toBeUndefined();
    },
  );

  test('as a store sends it', async () => {
    await shop.control('faults', [{ fault: 'noticeBeforeJson', repeat: 40 }]);
    const { remoteId } = await shop.made({ sku: 'A' });
    expect(await shop.shelf()).toMatchObject([{ id: Number(remoteId), sku: 'A' }]);
  });
});
