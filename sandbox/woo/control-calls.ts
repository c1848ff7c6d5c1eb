import { ControlError } from '../server/control-error';
import { type ControlCall } from '../server/vendor';
import { stockRow } from './act';
import { type Store } from './store';
import { type WebhookFaults } from './webhooks/faults';
import { type World } from './world';

/** The control calls that only this sandbox has (README.md). */
export function controlCalls(world: World, faults: WebhookFaults): Record<string, ControlCall> {
  const perStore = (row: (store: Store) => object): ControlCall => ({
    method: 'GET',
    run: (_body, query) => {
      const rows = chosen(world, query.get('store')).map((store) => [store.name, row(store)]);
      return { stores: Object.fromEntries(rows) as unknown };
    },
  });
  return {
    stock: perStore((store) => ({ products: [...store.products.values()].map(stockRow) })),
    mails: perStore((store) => ({ mails: store.mails })),
    webhooks: {
      method: 'GET',
      run: () => ({ waiting: waiting(world), sent: world.cron.sent() }),
    },
    'webhooks/run': { method: 'POST', run: () => ({ started: world.cron.run(true) }) },
    'webhooks/faults': { method: 'POST', run: (body) => ({ planned: faults.add(body) }) },
  };
}

function chosen({ stores }: World, name: string | null): Store[] {
  if (name !== null && !stores.has(name)) throw new ControlError(`no store ${name}`);
  return [...stores.values()].filter((store) => name === null || store.name === name);
}

function waiting({ stores }: World): object[] {
  return [...stores.values()].flatMap((store) =>
    [...store.queue.values()].map((job) => ({ store: store.name, ...job })),
  );
}
