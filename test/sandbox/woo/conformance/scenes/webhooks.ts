import { at } from '../../../support';
import { type WebhookScene } from '../webhook-scene';

const berlin = { zone: 'Europe/Berlin', currency: 'EUR', country: 'DE' };
/** The events are queued with a delay; the scene runs the cron itself. */
const settings = { 'woo.webhookDelayMs': { min: 1_000, max: 1_000 } };

const topics: [id: number, topic: string][] = [
  [3, 'product.created'],
  [4, 'product.deleted'],
  [5, 'product.restored'],
  [6, 'order.created'],
  [7, 'order.deleted'],
  [8, 'order.restored'],
  [9, 'customer.created'],
  [10, 'customer.updated'],
  [11, 'customer.deleted'],
];

/** The recorded webhooks, and every event that was recorded with them. */
export async function webhooks(scene: WebhookScene): Promise<void> {
  await scene.start(berlin, settings);
  await scene.listen();
  await scene.replay('webhook_create', 'webhook_create_no_secret');
  for (const [id, topic] of topics) {
    const body = {
      name: `N ${topic}`,
      topic,
      secret: 's3cret',
      delivery_url: `http://127.0.0.1:8080/ok?t=${topic}`,
    };
    await scene.make('/webhooks', body, id, 'webhook');
  }
  for (let pings = 0; pings < 11; pings += 1) await scene.pinged();
  await scene.settled('webhooks', 11);
  await scene.replay(
    'webhook_create_unsafe_port',
    'webhook_create_bad_topic',
    'webhook_create_unhooked_topic',
    'webhook_create_bad_url',
    'webhook_create_no_url',
    'webhook_get',
    'webhook_delete_no_force',
    'webhook_delete',
    'webhook_list',
  );
  await productEvents(scene);
  await orderEvents(scene);
  await otherEvents(scene);
  await variationEvents(scene);
}

async function productEvents(scene: WebhookScene): Promise<void> {
  await scene.clock('11:39:00');
  await scene.make(
    '/products',
    {
      name: 'Hook',
      sku: 'HK1795347540',
      regular_price: '3',
      manage_stock: true,
      stock_quantity: 20,
    },
    1182,
  );
  await scene.expectDeliveries('webhook_delivery_product_create_0');
  const product = `/products/${scene.post(1182)}`;
  await scene.clock('11:39:03');
  await scene.call('PUT', product, { regular_price: '4' });
  await scene.expectDeliveries('webhook_delivery_product_update_0');
  await scene.clock('11:39:07');
  for (const price of ['5', '6', '7']) await scene.call('PUT', product, { regular_price: price });
  await scene.expectDeliveries('webhook_delivery_three_updates_0');
}

async function orderEvents(scene: WebhookScene): Promise<void> {
  const line = (quantity: number): object[] => [{ product_id: scene.post(1182), quantity }];
  await scene.clock('11:39:13');
  const order = await scene.make('/orders', { line_items: line(2) }, 1183);
  await scene.expectDeliveries(
    'webhook_delivery_order_create_0',
    'webhook_delivery_order_create_1',
  );
  const path = `/orders/${scene.post(1183)}`;
  await scene.clock('11:39:16');
  await scene.call('PUT', path, { status: 'processing' });
  await scene.expectDeliveries(
    'webhook_delivery_order_processing_0',
    'webhook_delivery_order_processing_1',
  );
  await scene.clock('11:39:19');
  await scene.make('/orders', { status: 'processing', line_items: line(1) }, 1184);
  await scene.expectDeliveries(
    'webhook_delivery_order_create_processing_0',
    'webhook_delivery_order_create_processing_1',
    'webhook_delivery_order_create_processing_2',
  );
  await scene.clock('11:39:23');
  const refund = {
    amount: '1.00',
    api_refund: false,
    line_items: [{ id: Number(at(order.body, 'line_items.0.id')), quantity: 1, refund_total: 1 }],
  };
  await scene.make(`${path}/refunds`, refund, 1185);
  await scene.expectDeliveries('webhook_delivery_refund_0', 'webhook_delivery_refund_1');
  await scene.clock('11:39:30');
  await scene.call('DELETE', path);
  await scene.expectDeliveries('webhook_delivery_order_trash_0');
}

async function otherEvents(scene: WebhookScene): Promise<void> {
  await scene.clock('11:39:34');
  await scene.make('/customers', { email: 'hk1795347574@example.test' }, 5, 'user');
  await scene.expectDeliveries(
    'webhook_delivery_customer_create_0',
    'webhook_delivery_customer_create_1',
  );
  const customer = `/customers/${scene.pairs.actual('user', 5)}`;
  await scene.clock('11:39:37');
  await scene.call('PUT', customer, { first_name: 'Z' });
  await scene.expectDeliveries('webhook_delivery_customer_update_0');
  await scene.call('DELETE', `${customer}?force=true`);
  await scene.expectDeliveries('webhook_delivery_customer_delete_0');
  await batchEvents(scene);
  await scene.clock('11:39:55');
  const product = `/products/${scene.post(1182)}`;
  await scene.call('DELETE', product);
  await scene.expectDeliveries('webhook_delivery_product_trash_0');
  await scene.clock('11:39:58');
  await scene.call('PUT', product, { status: 'publish' });
  await scene.expectDeliveries('webhook_delivery_product_restore_0');
}

async function batchEvents(scene: WebhookScene): Promise<void> {
  await scene.clock('11:28:46');
  for (const number of [1, 2]) {
    const body = {
      name: `n3-${363 + number}`,
      slug: `batch-k3x${number}`,
      sku: `K3x346878-${number}`,
      regular_price: '23',
      manage_stock: true,
      stock_quantity: 1,
      description: 'x'.repeat(300),
      meta_data: [{ key: 'erp_id', value: `K3x${number}` }],
    };
    await scene.make('/products', body, 363 + number);
  }
  await scene.deliveries();
  await scene.clock('11:39:43');
  const update = [364, 365].map((id) => ({ id: scene.post(id), stock_quantity: 9 }));
  await scene.call('POST', '/products/batch', { update });
  await scene.expectDeliveries(
    'webhook_delivery_batch_update_1',
    'webhook_delivery_batch_update_2',
  );
}

async function variationEvents(scene: WebhookScene): Promise<void> {
  await scene.clock('11:40:04');
  await scene.make(
    '/products',
    {
      name: 'Var',
      type: 'variable',
      attributes: [{ name: 'Size', variation: true, visible: true, options: ['S', 'M'] }],
    },
    1186,
  );
  await scene.expectDeliveries('webhook_delivery_variable_0');
  await scene.clock('11:40:07');
  const variations = `/products/${scene.post(1186)}/variations`;
  await scene.make(
    variations,
    {
      regular_price: '5',
      sku: 'VAR1795347607',
      manage_stock: true,
      stock_quantity: 4,
      attributes: [{ name: 'Size', option: 'S' }],
    },
    1187,
  );
  await scene.expectDeliveries('webhook_delivery_variation_create_0');
  await scene.clock('11:40:12');
  await scene.call('PUT', `${variations}/${scene.post(1187)}`, { stock_quantity: 6 });
  await scene.expectDeliveries('webhook_delivery_variation_update_0');
}

/** Seven failures in a row, then switched on again. */
export async function failingWebhook(scene: WebhookScene): Promise<void> {
  await scene.start(berlin, settings);
  await scene.listen();
  await scene.clock('11:40:52');
  await scene.make(
    '/webhooks',
    { topic: 'product.updated', delivery_url: 'http://127.0.0.1:8080/fail', secret: 's3cret' },
    13,
    'webhook',
  );
  await scene.pinged();
  await scene.clock('11:41:07');
  const product = await scene.call('POST', '/products', { name: 'x' });
  for (let failures = 0; failures < 7; failures += 1) {
    await scene.call('PUT', `/products/${Number(at(product.body, 'id'))}`, {});
    await scene.deliveries();
  }
  await scene.replay('webhook_get_disabled_after_failures', 'webhook_reactivate');
}
