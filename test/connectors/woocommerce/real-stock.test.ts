import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

import type { Outgoing, References } from '../../../connectors/contract';
import { composed, known, openGate, outgoing, references, stockBody, stored } from '../fixtures';
import { resultSchema, testShop } from './shop';

// What a real store does to stock (woocommerce.md#stock).

const shop = testShop();

describe('stock', () => {
  const stock = (
    quantity: string,
    item: Partial<Outgoing> = {},
    countedAt: string | null = null,
  ): Outgoing =>
    outgoing(
      { kind: 'inventory', body: stockBody(quantity, countedAt) },
      { recordId: 'A', ...item },
    );
  const heldSchema = z.object({ remote: resultSchema });

  async function stocked(
    quantity: string,
  ): Promise<{ things: References; item: Partial<Outgoing> }> {
    const { remoteId } = await shop.made({ sku: 'A' });
    const things = references({ products: { A: known({ remoteId, code: 'A' }) } });
    return { things, item: resultSchema.parse(await shop.push(stock(quantity), things)) };
  }

  test('W20: goods by weight: rounded down, and said', async () => {
    const { things, item } = await stocked('1');
    const result = await shop.push(stock('0.25', item), things);
    expect(result).toMatchObject({
      type: 'accepted',
      note: expect.stringMatching(/0\.25.*shows 0/),
    });
    expect(await shop.shelf()).toMatchObject([{ stockQuantity: 0 }]);
  });

  test('W22: a web sale between look-up and write is not delivered, nor by a redrive', async () => {
    const { things, item } = await stocked('50');
    const [one] = await composed(shop.connector(), [stock('49', item)], things);
    if (one?.type !== 'write') throw new Error('no write');
    await shop.act({ as: 'shopper', do: 'sell', sku: 'A', quantity: 5 });
    const answer = await shop.connector().send(stored(shop.connector(), [one.write]), openGate());
    const [result] = answer.type === 'answered' ? answer.results : [];
    expect(result).toMatchObject({
      type: 'accepted',
      then: {
        reason: 'stock_changed_elsewhere',
        detail: expect.stringMatching(/SKU "A".*sold 5.*should be 44/),
      },
    });
    const after = resultSchema.parse(result);
    expect(await shop.push(stock('49', after), things)).toMatchObject({
      reason: 'stock_changed_elsewhere',
    });
    expect(await shop.push(stock('48', after), things)).toMatchObject({
      reason: 'stock_changed_elsewhere',
    });
  });

  test('W23: a count newer than the hold is written, an older one is not', async () => {
    const { things, item } = await stocked('50');
    await shop.act({ as: 'shopper', do: 'sell', sku: 'A', quantity: 5 });
    const old = new Date(Date.now() - 1_000).toISOString();
    const held = await shop.push(stock('49', item, old), things);
    expect(held).toMatchObject({
      reason: 'stock_changed_elsewhere',
      detail: expect.stringMatching(/SKU "A".*stock of 45.*is 50.*has 49.*Count it.*discard/s),
    });
    const { remote } = heldSchema.parse(held);
    expect(await shop.push(stock('48', remote, old), things)).toMatchObject({ type: 'hold' });
    const counted = new Date(Date.now() + 1_000).toISOString();
    const settled = await shop.push(stock('44', remote, counted), things);
    expect(settled).toMatchObject({ type: 'accepted', snapshot: { stockQuantity: 44 } });
    expect(settled).not.toHaveProperty('snapshot.heldAtMs');
    expect(await shop.shelf()).toMatchObject([{ stockQuantity: 44 }]);
  });

  test('W23: the count says nothing of what the shop sold after it', async () => {
    const { things, item } = await stocked('50');
    await shop.act({ as: 'shopper', do: 'sell', sku: 'A' });
    const { remote } = heldSchema.parse(await shop.push(stock('50', item), things));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const counted = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await shop.act({ as: 'shopper', do: 'sell', sku: 'A' });
    const again = await shop.push(stock('49', remote, counted), things);
    expect(again).toMatchObject({ type: 'hold', reason: 'stock_changed_elsewhere' });
    // Neither at the next look at the figure that it knows now.
    expect(
      await shop.push(stock('49', heldSchema.parse(again).remote, counted), things),
    ).toMatchObject({ type: 'hold' });
  });

  test(
    'W24: stock as a text is read, a switch that is off is named, no cache ' + 'answers',
    async () => {
      await shop.control('settings', { 'woo.stockAsText': true, 'woo.cacheMs': 300_000 });
      const { things, item } = await stocked('7');
      expect(await shop.push(stock('7', item), things)).toMatchObject({ type: 'adopt' });
      await shop.act({ as: 'shopper', do: 'sell', sku: 'A' });
      expect(await shop.push(stock('7', item), things)).toMatchObject({
        reason: 'stock_changed_elsewhere',
      });
      await shop.edit('A', { manage_stock: false });
      expect(await shop.push(stock('7', item), things)).toMatchObject({
        type: 'hold',
        detail: expect.stringMatching(/stock management switched off/),
      });
    },
  );
});
