import { expect, test } from '@jest/globals';

import { foldSku } from '../../domain/records/sku-codes';
import { historiesAsked } from '../support/env';
import { Till } from './till';
import { World } from './world';

// Random histories of labels that change hands: renames, swaps, chains, other case, archived,
// deleted and replaced products, shared e-mails and names, in one request and in many. In the end
// there are as many things in each system as records here, each with its own id, name, stock, sales
// and refunds. `HISTORIES=2000 HISTORY_SEED=1 HISTORY_STEPS=25` runs more and longer ones.

const { histories, firstSeed, steps } = historiesAsked(60);

function play(seed: number): { till: Till; world: World } {
  const till = new Till(seed);
  const world = new World();
  for (const request of till.requests(steps + (seed % 12))) world.take(request);
  return { till, world };
}

const seeds = Array.from({ length: histories }, (_, n) => firstSeed + n);
/** In portions, so that a failure names few seeds and none runs for long. */
const portions = Array.from({ length: Math.ceil(histories / 50) }, (_, n) =>
  seeds.slice(n * 50, (n + 1) * 50),
);

test.each(portions.map((some) => [some[0] ?? 0, some.at(-1) ?? 0, some] as const))(
  'seeds %d to %d: as many things in each system as records, each with what is its own',
  (_first, _last, some) => {
    expect(some.flatMap(faultOf)).toEqual([]);
  },
);

/** What is wrong after the history of this seed. */
function faultOf(seed: number): string[] {
  try {
    check(play(seed));
    return [];
  } catch (error) {
    return [`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function check({ till, world }: { till: Till; world: World }): void {
  const { memory } = world;
  expect([...memory.waiting.values()]).toEqual([]);
  for (const system of ['woo', 'qbo'] as const) {
    const known = world.deliveries.filter((one) => one.system === system && one.remoteId !== null);
    expect(new Set(known.map(({ remoteId }) => remoteId)).size).toBe(known.length);
    expect(world.things[system].size).toBe(known.length);
    for (const one of till.products.filter(({ state }) => state === 'active')) {
      const delivery = known.find(
        ({ kind, recordId }) => kind === 'product' && recordId === one.id,
      );
      const thing = world.things[system].get(delivery?.remoteId ?? '');
      const code = memory.skus.get(one.sku)?.code ?? '';
      expect([
        memory.skus.get(one.sku)?.recordId,
        foldSku(code).startsWith(foldSku(one.sku)),
      ]).toEqual([one.id, true]);
      expect(
        system === 'woo'
          ? [thing?.['name'], thing?.['sku']]
          : [thing?.['Description'], thing?.['Name'], thing?.['Sku']],
      ).toEqual(system === 'woo' ? [one.name, code] : [one.name, code, one.sku]);
    }
  }
  for (const one of till.products) {
    const sku = [...memory.skus.values()].find(({ recordId }) => recordId === one.id)?.sku ?? '';
    expect([one.id, world.stockOf(sku)]).toEqual([one.id, one.stock]);
  }
  for (const { number, productId } of till.sold) {
    const { content } = memory.record(number.startsWith('S') ? 'order' : 'refund', number);
    const line = content !== null && 'lines' in content.body ? content.body.lines[0] : undefined;
    expect([number, line?.productId]).toEqual([number, productId]);
  }
  const customers = world.deliveries.filter(({ kind }) => kind === 'customer');
  for (const { recordId, remoteId } of customers) {
    const name = till.customers.get(recordId) ?? '';
    const thing = world.things.qbo.get(remoteId ?? '');
    expect(String(thing?.['DisplayName']).startsWith(name)).toBe(true);
    expect(thing?.['PrimaryPhone']).toEqual({ FreeFormNumber: recordId.slice(-15) });
  }
}
