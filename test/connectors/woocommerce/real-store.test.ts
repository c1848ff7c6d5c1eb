import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import type { MemberResult } from '../../../connectors/contract';
import { keptSku } from '../../../connectors/woocommerce/shape/texts';
import { composed, known, outgoing, references, stockBody } from '../fixtures';
import { edited, product, resultSchema, testShop } from './shop';

// What a real store does to products (woocommerce.md#products).

const shop = testShop();

test.each(['EUR', 'JPY', 'KWD', 'GBP'])(
  'W7: a price in %s is held in a shop that sells in USD',
  async (currency) => {
    const held = await shop.push(product({ sku: 'A', currency }));
    expect(held).toMatchObject({ type: 'hold', reason: 'currency_differs' });
    expect(held).toMatchObject({ detail: expect.stringMatching(new RegExp(`${currency}.*USD`)) });
  },
);

describe('W8: every field that is sent is compared with what the store has then', () => {
  test('a plug-in that changes prices', async () => {
    await shop.act({ as: 'plugin', do: 'endPrices', ending: '.99' });
    const result = await shop.push(product({ sku: 'A' }));
    expect(result).toMatchObject({
      type: 'accepted',
      then: { reason: 'echo_differs', detail: expect.stringMatching(/12\.50.*12\.99/) },
    });
    expect(result).not.toHaveProperty('snapshot.regular_price');
  });

  test('a product that a person made variable, and one in the trash', async () => {
    const item = await shop.made({ sku: 'A' });
    await shop.edit('A', { type: 'variable' });
    expect(await shop.push(edited(item, { priceMinor: 1_300 }))).toMatchObject({
      then: { reason: 'echo_differs', detail: expect.stringMatching(/type variable.*price/) },
    });
    await shop.edit('A', { type: 'simple' });
    await shop.act({ as: 'shopkeeper', do: 'trashProduct', sku: 'A' });
    expect(await shop.push(edited(item, { priceMinor: 1_400 }))).toMatchObject({
      then: { reason: 'in_trash' },
    });
  });

  test('W14: a tax class that the store does not know, and one that it does', async () => {
    const unknown = await shop.push(product({ sku: 'B', taxClass: 'Books' }));
    expect(unknown).toMatchObject({
      then: { reason: 'echo_differs', cause: 'echo_differs:tax_class' },
    });
    await shop.made({ sku: 'A', taxClass: 'Reduced rate', barcode: '4006381333931' });
    await shop.made({ sku: 'C', taxClass: 'standard', barcode: 'not a GTIN' });
  });
});

describe('W9: texts are sent so that the store keeps them', () => {
  test.each([
    '3 < 4 and 5 > 2',
    'Back\\slash \\n \\\\ two',
    '<b>Tea</b> & "co"',
    'A &amp; B &lt; C',
    'Nice <3',
    "O'Neil 5 % off %20",
  ])('%s', async (name) => {
    const item = await shop.made({ sku: 'A', name, description: name });
    expect(await shop.push({ ...item, remoteId: null, snapshot: null })).toMatchObject({
      type: 'adopt',
    });
  });

  test('html of a description stays html', async () => {
    const item = await shop.made({ sku: 'A', description: '<p>Nice</p><br>5 &lt; 6' });
    expect(await shop.push({ ...item, remoteId: null, snapshot: null })).toMatchObject({
      type: 'adopt',
    });
  });

  test.each(['0', ' 0 ', '  '])('the name "%s" is refused before the create', async (name) => {
    expect(await shop.push(product({ sku: 'A', name }))).toMatchObject({
      cause: 'invalid_value:name',
    });
    expect(await shop.shelf()).toEqual([]);
  });
});

test('W10: a product that was deleted for good is made anew with the next try, and its stock with it', async () => {
  const item = await shop.made({ sku: 'A' });
  const other = known({ remoteId: item.remoteId, code: 'A' });
  const stock = outgoing({ kind: 'inventory', body: stockBody('5') }, { recordId: 'A' });
  expect(await shop.push(stock, references({ products: { A: other } }))).toMatchObject({
    type: 'accepted',
  });
  await shop.act({ as: 'shopkeeper', do: 'eraseProduct', sku: 'A' });
  const gone = await shop.push(edited(item, { priceMinor: 1_300 }));
  expect(gone).toMatchObject({ failureClass: 'GONE', message: expect.stringMatching(/redrive/) });
  const again = await shop.push({ ...edited(item, { priceMinor: 1_300 }), lastClass: 'GONE' });
  expect(again).toMatchObject({ type: 'accepted' });
  const { remoteId } = resultSchema.parse(again);
  expect(remoteId).not.toBe(item.remoteId);
  const stored = { ...stock, remoteId: item.remoteId, snapshot: { stockQuantity: 5 } };
  const anew = references({ products: { A: known({ remoteId, code: 'A' }) } });
  expect(await shop.push(stored, anew)).toMatchObject({ type: 'accepted', remoteId });
});

describe('W11: whatever the store finds under a SKU holds it', () => {
  test.each([
    ['strasse', 'straße'],
    ['ZW-14', 'ZW\u{200b}-14'],
    ['LODZ-15', 'ŁODZ-15'],
  ])('%s and %s', async (held, sku) => {
    const item = await shop.made({ sku: held });
    await shop.made({ sku: 'B' });
    const [one, two] = await composed(
      shop.connector(),
      [product({ sku }), product({ sku: 'B', name: 'New' })],
      references(),
    );
    expect(one).toMatchObject({
      type: 'hold',
      reason: 'ambiguous_match',
      detail: expect.stringContaining(`id ${item.remoteId ?? ''} with the spelling "${held}"`),
    });
    expect(two).toMatchObject({ type: 'write' });
  });

  test('two of one batch: the second is refused with its holder, and held at its next look-up', async () => {
    const items = [product({ sku: 'strasse' }), product({ sku: 'straße' })];
    const answer = await shop.sendAll(items);
    const results: readonly MemberResult[] = answer.type === 'answered' ? answer.results : [];
    expect(results).toMatchObject([
      { type: 'accepted' },
      { failureClass: 'DUPLICATE', message: expect.stringMatching(/held by product \d+/) },
    ]);
    const next = product({ sku: 'straße' }, { lastClass: 'DUPLICATE', attempts: 1 });
    expect(await shop.push(next)).toMatchObject({ type: 'hold', reason: 'ambiguous_match' });
  });
});

describe('W12: a SKU that the store would rewrite is held before the create', () => {
  test.each(['s<b>tag', 's%20pct', 'A  B', 'a<b', '%2%200', '<b>', 'x\ty'])('%s', async (sku) => {
    expect(await shop.push(product({ sku }))).toMatchObject({
      type: 'hold',
      reason: 'sku_not_kept',
    });
    expect(await shop.shelf()).toEqual([]);
  });

  test.each(['50% off', 'a>b', 'a&b', 'a\\b', "o'n", 'ä ö', '0'])('%s is kept', async (sku) => {
    expect(keptSku(sku)).toBe(sku);
    await shop.made({ sku });
    expect((await shop.shelf()).map((one) => one.sku)).toEqual([sku]);
  });
});

test('W13: what is not tracked any more, or a service now, is not counted by the store', async () => {
  const item = await shop.made({ sku: 'A' });
  await shop.edit('A', { manage_stock: true, stock_quantity: 3 });
  const untracked = await shop.push(edited(item, { trackStock: false }));
  expect(untracked).toMatchObject({ type: 'accepted', snapshot: { manage_stock: false } });
  expect(await shop.shelf()).toMatchObject([{ isStockManaged: false }]);
  // Tracked again and then a service: said again.
  const { snapshot } = resultSchema.parse(untracked);
  const tracked = await shop.push({ ...edited(item, { priceMinor: 1_300 }), snapshot });
  expect(tracked).not.toHaveProperty('snapshot.manage_stock');
  const service = { ...edited(item, { type: 'service' }), ...resultSchema.parse(tracked) };
  expect(await shop.push(service)).toMatchObject({
    snapshot: { manage_stock: false, virtual: true },
  });
});

test('W16: the holder of a SKU in the trash is named: of a variation its product and how it comes out', async () => {
  const parent = await shop.made({ sku: 'P' });
  await shop.edit('P', { type: 'variable' });
  const call = (path: string, body: object, method = 'POST'): Promise<Response> =>
    fetch(`${shop.store().url}/wp-json/wc/v3/${path}`, {
      method,
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        'x-forwarded-proto': 'https',
        authorization:
          'Basic ' +
          Buffer.from(`${shop.store().consumerKey}:${shop.store().consumerSecret}`).toString(
            'base64',
          ),
      },
    });
  const base = `products/${parent.remoteId ?? ''}/variations`;
  const { id } = z.object({ id: z.number() }).parse(await (await call(base, { sku: 'V' })).json());
  expect((await call(`${base}/${id}`, {}, 'DELETE')).status).toBe(200);
  const held = await shop.push(product({ sku: 'V' }));
  expect(held).toMatchObject({
    reason: 'in_trash',
    detail: expect.stringContaining(`variation ${id} of product ${parent.remoteId ?? ''}`),
  });
});

test.each(['private', 'draft', 'wholesale'])(
  'W16b: linking leaves a product %s',
  async (status) => {
    await shop.made({ sku: 'A' });
    await shop.edit('A', { status });
    const linked = await shop.push(product({ sku: 'A', name: 'New' }, { recordId: 'other' }));
    expect(linked).toMatchObject({ type: 'accepted' });
    expect(await shop.shelf()).toMatchObject([{ name: 'New', status }]);
    // A change of the POS alone says more: an edit of the price does not.
    const item = product(
      { sku: 'A', name: 'New', priceMinor: 1_300 },
      { recordId: 'other', ...resultSchema.parse(linked) },
    );
    await shop.push(item);
    expect(await shop.shelf()).toMatchObject([{ price: '13.00', status }]);
  },
);

test('W19: a price of 0 is a draft until it has one, or held, as set', async () => {
  const item = await shop.made({ sku: 'A', priceMinor: 0 });
  expect(await shop.shelf()).toMatchObject([{ status: 'draft', price: '0.00' }]);
  await shop.push(edited(item, { priceMinor: 500 }));
  expect(await shop.shelf()).toMatchObject([{ status: 'publish', price: '5.00' }]);
  shop.open('hold');
  expect(await shop.push(product({ sku: 'B', priceMinor: 0 }))).toMatchObject({
    reason: 'zero_price',
  });
  shop.open('publish');
  await shop.made({ sku: 'C', priceMinor: 0 });
  expect((await shop.shelf()).find(({ sku }) => sku === 'C')?.status).toBe('publish');
});
