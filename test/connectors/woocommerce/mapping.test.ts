import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Composed, Outgoing, References } from '../../../connectors/contract';
import { compose as composeFor } from '../../../connectors/woocommerce/push/compose';
import type { WooFinding } from '../../../connectors/woocommerce/push/look-up';
import {
  changedFields,
  asJson,
  asSent,
  isSame,
  productFields as fieldsFor,
  type ProductFields,
} from '../../../connectors/woocommerce/shape/mapping';
import { foldedSku, plainText } from '../../../connectors/woocommerce/shape/texts';
import { productSchema } from '../../../connectors/woocommerce/api/wire';
import type { ProductBody } from '../../../domain/bodies';
import { known, outgoing, productBody, references, stockBody, writeOf } from '../fixtures';

const rules = { currency: 'USD', zeroPrice: 'draft' } as const;
const productFields = (body: ProductBody, code: string): ProductFields =>
  fieldsFor(body, code, rules);
const compose = (item: Outgoing, known: References, finding?: WooFinding): Composed =>
  composeFor(item, { references: known, finding, rules });

describe('the fields of a product', () => {
  test('are exact texts, without stock, and without what the record does not say', () => {
    expect(productFields(productBody(), 'MUG')).toEqual({
      name: 'Mug',
      sku: 'MUG',
      regular_price: '12.50',
      status: 'publish',
      virtual: false,
    });
  });

  test('of a service are virtual, of an archived one hidden', () => {
    expect(productFields(productBody({ type: 'service' }), 'MUG').virtual).toBe(true);
    expect(productFields(productBody({ status: 'archived' }), 'MUG')).toMatchObject({
      status: 'draft',
      catalog_visibility: 'hidden',
    });
  });

  test('show again what we hid, and nothing that somebody else hid', () => {
    const fields = productFields(productBody(), 'MUG');
    const hidden = { ...asJson(fields), status: 'draft', catalog_visibility: 'hidden' };
    expect(changedFields(fields, hidden)).toEqual({
      status: 'publish',
      catalog_visibility: 'visible',
    });
    expect(changedFields(fields, asJson(fields))).toEqual({});
  });
});

describe('texts are equal after what the store does to them', () => {
  test.each([
    ['name', 'A & B', 'A &amp; B', true],
    ['name', 'A & B', 'A & C', false],
    ['description', 'x', '<p>x</p>\n', true],
    ['description', 'a < b <3', '<p>a &lt; b &#60;3</p>', true],
    ['regular_price', '10', '10.00', true],
    ['regular_price', '10.00', '10.01', false],
    ['sku', 'a', 'A', false],
  ] as const)('%s: %s and %s', (key, wanted, present, expected) => {
    const { [key]: sent = '' } = asSent({ [key]: wanted });
    const shown = productSchema.parse({ id: 1, [key]: present });
    expect(isSame(key, typeof sent === 'string' ? sent : '', shown)).toBe(expected);
  });

  test('for any text without tags', () => {
    const anyText = fc.string().filter((text) => !/[<&]/.test(text));
    fc.assert(
      fc.property(anyText, (text) => {
        expect(plainText(`<p>${text.replace(/"/g, '&quot;')}</p>\n`)).toBe(plainText(text));
      }),
    );
  });

  test('a SKU is folded as the database of the store does it', () => {
    expect(foldedSku(' Café ')).toBe(foldedSku('CAFE'));
  });
});

describe('composing', () => {
  const item = outgoing({ kind: 'product', body: productBody() });
  const absent = { type: 'absent' } as const;

  test('a create marks the product as ours, under the code of this store', () => {
    const codes = references({ products: { MUG: known({ code: 'MUG~2' }) } });
    expect(writeOf(compose(item, codes, absent)).payload).toMatchObject({
      type: 'simple',
      sku: 'MUG~2',
      meta_data: [{ key: '_truth_sync_ref', value: 'r1' }],
    });
  });

  test.each([
    [{ type: 'trashed', detail: 'product 5' }, 'in_trash'],
    [{ type: 'inexact', detail: 'id 5' }, 'ambiguous_match'],
  ] as const)('a SKU that is %j is held', (finding, reason) => {
    const composed = compose(item, references(), finding);
    expect(composed).toMatchObject({ type: 'hold', reason });
  });

  test('a value that the store would change or drop is held', () => {
    const body = productBody({ priceMinor: -1 });
    const negative = outgoing({ kind: 'product', body });
    expect(compose(negative, references(), absent)).toMatchObject({
      cause: 'invalid_value:regular_price',
    });
  });

  test('variants are held as not built, and a deleted product stays as it is', () => {
    const variants = [{ sku: 'MUG-S', options: { size: 'S' } }];
    const varied = outgoing({ kind: 'product', body: productBody({ variants }) });
    expect(compose(varied, references())).toMatchObject({ cause: 'not_built:variants' });
    const deleted = outgoing(
      { kind: 'product', body: productBody() },
      { op: 'absent', remoteId: '5' },
    );
    expect(compose(deleted, references())).toEqual({ type: 'skip', reason: 'policy' });
  });

  describe('stock', () => {
    const stock = (quantity: string): ReturnType<typeof outgoing> =>
      outgoing({ kind: 'inventory', body: stockBody(quantity) }, { recordId: 'MUG' });
    const present = (isManaged: boolean | 'parent', quantity: number | null): WooFinding => ({
      type: 'stock',
      isManaged,
      quantity,
      sales: null,
      readAtMs: 1,
    });
    const products = { MUG: known() };

    test('W20: that is a fraction is rounded down, that is negative is written', () => {
      const findings = present(false, null);
      const written = (figure: string): unknown =>
        writeOf(compose(stock(figure), references({ products }), findings)).payload[
          'stock_quantity'
        ];
      expect(['1.5', '0.25', '-0.25', '-2', '3.0'].map(written)).toEqual([1, 0, -1, -2, 3]);
      expect(writeOf(compose(stock('-3'), references({ products }), findings)).payload).toEqual({
        id: 11,
        manage_stock: true,
        stock_quantity: -3,
      });
    });

    test('of a parent is held, of a service skipped, of an unknown product waits', () => {
      const parent = compose(stock('1'), references({ products }), present('parent', 3));
      expect(parent).toMatchObject({ cause: 'not_built:stock_of_parent' });
      const service = references({ products: { MUG: known({ isStockTracked: false }) } });
      expect(compose(stock('1'), service)).toEqual({
        type: 'skip',
        reason: 'stock_not_tracked',
      });
      const written = { ...stock('1'), remoteId: '11', snapshot: { stockQuantity: 1 } };
      expect(compose(written, service)).toMatchObject({
        reason: 'stock_not_tracked',
        remote: { remoteId: '11', snapshot: {} },
      });
      const missing = [{ kind: 'sku', ref: 'MUG' }];
      expect(compose(stock('1'), references())).toEqual({ type: 'notReady', missing });
    });

    test('that the store shows already needs no write', () => {
      const equal = compose(stock('7'), references({ products }), present(true, 7));
      expect(equal).toMatchObject({ type: 'adopt', snapshot: { stockQuantity: 7 } });
    });
  });
});
