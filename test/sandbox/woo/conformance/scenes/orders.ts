import { type Scene } from '../scene';

const berlin = { zone: 'Europe/Berlin', currency: 'EUR', country: 'DE' };

/** The first store's orders and refunds, in the order in which they were recorded. */
export async function orders(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.replay(
    'customer_create',
    'customer_create_duplicate_email',
    'customer_create_duplicate_email_upper',
    'customer_create_bad_email',
    'customer_create_no_email',
    'customer_list_email',
    'customer_list_modified_after',
    'customer_get_missing',
    'customer_delete_no_force',
    'customer_list_orderby_modified',
  );
  await scene.clock('11:30:45');
  await scene.make(
    '/products',
    {
      name: 'StockP',
      sku: 'ST-347043',
      regular_price: '10',
      manage_stock: true,
      stock_quantity: 10,
    },
    568,
  );
  await scene.replay('order_create_minimal', 'order_update_to_processing');
  await scene.clock('11:30:48');
  const first = `/orders/${scene.post(569)}`;
  await scene.call('PUT', first, { status: 'completed' });
  await scene.replay('order_update_to_cancelled');
  await scene.call('PUT', first, { status: 'processing' });
  await scene.clock('11:30:50');
  await scene.call('PUT', first, { status: 'refunded' });
  await scene.replay(
    'order_create_processing',
    'order_create_set_paid',
    'order_update_line_quantity',
    'order_update_line_quantity_zero',
  );
  await scene.clock('11:30:52');
  // the lists show that it was changed once more
  await scene.call('PUT', `/orders/${scene.post(571)}`, {});
  await scene.replay(
    'order_create_oversell',
    'order_delete_trash',
    'order_delete_force',
    'order_create_bad_product',
    'order_create_line_by_sku',
    'order_create_line_bad_sku',
    'order_create_line_free_text',
    'order_create_empty',
    'order_create_bad_coupon',
    'order_create_bad_customer',
    'order_create_bad_status',
    'order_create_bad_currency',
    'order_create_bad_email',
    'order_create_float_qty',
    'order_create_str_qty',
    'order_create_negative_qty',
    'order_create_price_override',
    'order_create_with_dates',
    'order_get_missing',
    'order_update_missing',
    'order_delete_missing',
  );
  await refunds(scene);
  await lists(scene);
  await later(scene);
}

async function refunds(scene: Scene): Promise<void> {
  await scene.clock('11:32:03');
  await scene.call('PUT', `/products/${scene.post(568)}`, { stock_quantity: 100 });
  await scene.make(
    '/orders',
    { status: 'processing', line_items: [{ product_id: scene.post(568), quantity: 5 }] },
    584,
  );
  const order = await scene.call('GET', `/orders/${scene.post(584)}`);
  scene.bindLine(order.body, 15);
  await scene.replay(
    'refund_create_default_api_refund',
    'refund_create_amount_only',
    'refund_create_amount_number',
    'refund_create_exceeds',
    'refund_create_negative',
    'refund_create_missing_order',
    'refund_create_line_restock_default',
    'refund_create_line_no_restock',
    'refund_create_zero',
    'refund_create_remaining',
    'refund_list',
    'refunds_all',
    'refund_delete_no_force',
    'refund_delete_force',
    'order_note_create',
    'order_notes_list',
  );
}

async function lists(scene: Scene): Promise<void> {
  await scene.replay(
    'order_list_status_any',
    'order_list_status_processi',
    'order_list_customer_2',
    'order_list_search_SO1',
    'order_list_product_568',
    'order_list_orderby_modified',
    'order_list_created_via_checkout',
    'order_list_transaction_id_T1',
    'order_list_search_T1',
    'order_list_include_584_571',
    'order_list_search_584',
    'order_list_search_c347043',
  );
}

async function later(scene: Scene): Promise<void> {
  await scene.clock('11:32:14');
  const same = (product: number): object => ({
    status: 'processing',
    transaction_id: 'SAME',
    meta_data: [{ key: 'erp_order', value: 'SAME' }],
    line_items: [{ product_id: product, quantity: 1 }],
  });
  await scene.make('/orders', same(scene.post(568)), 591);
  await scene.make('/orders', same(scene.post(568)), 592);
  await scene.replay('order_batch_mixed');
  await scene.clock('11:32:28');
  await scene.make('/orders', { line_items: [{ product_id: scene.post(568), quantity: 1 }] }, 833);
  const path = `/orders/${scene.post(833)}`;
  await scene.clock('11:32:31');
  await scene.call('PUT', path, { status: 'processing' });
  await scene.clock('11:32:42');
  await scene.call('PUT', path, { status: 'completed' });
  await scene.clock('11:32:45');
  await scene.call('DELETE', path);
  await scene.replay('order_delete_already_trashed', 'order_restore_from_trash');
}

/** German tax, prices without and with it. */
export async function germanTax(scene: Scene): Promise<void> {
  await scene.start({ ...berlin, taxes: true });
  await scene.replay('tax_create');
  await scene.make('/products', { name: 'Tax', regular_price: '11.90' }, 1197);
  await scene.replay('order_create_tax_no');
  await scene.option('tax', 'prices_include_tax', 'yes');
  await scene.replay('order_create_tax_yes');
}

const american = { zone: 'Europe/Berlin', currency: 'USD', country: 'US:NY', taxes: true };

/** The rates of the second store, numbered as there; the one for Texas came last. */
async function rates(scene: Scene): Promise<void> {
  const rows: [number, object][] = [
    [1, { country: 'US', state: 'NY', rate: '8.875', name: 'NY Tax' }],
    [2, { country: 'DE', rate: '19', name: 'USt' }],
    [3, { country: 'GB', rate: '20', name: 'VAT' }],
    [4, { country: 'CA', state: 'QC', rate: '5', name: 'GST' }],
    [5, { country: 'CA', state: 'QC', rate: '9.975', name: 'QST', priority: 2 }],
    [6, { country: 'US', state: 'TX', rate: '8.25', name: 'TX Tax' }],
  ];
  for (const [id, body] of rows) await scene.make('/taxes', body, id, 'rate');
}

async function goods(scene: Scene): Promise<void> {
  const rows: [number, string, string][] = [
    [10, 'MUG', '12.50'],
    [11, 'TEE', '19.99'],
    [12, 'PIN', '0.99'],
    [13, 'VATX', '9.99'],
  ];
  for (const [id, name, price] of rows) {
    await scene.make(
      '/products',
      { name, sku: name, regular_price: price, manage_stock: true, stock_quantity: 1000 },
      id,
    );
  }
  await scene.make('/coupons', { code: 'ten', discount_type: 'percent', amount: '10' }, 16);
  await scene.make('/coupons', { code: 'five', discount_type: 'fixed_cart', amount: '5' }, 17);
}

/** American, Canadian and British tax; coupons and fees; refunds with tax; rates that change. */
export async function taxes(scene: Scene): Promise<void> {
  await scene.start(american);
  await scene.clock('12:05:00');
  await rates(scene);
  await goods(scene);
  await scene.replay(
    'order_create_us_tax',
    'order_create_us_tax_shipping',
    'order_create_coupon_percent',
    'order_create_coupon_fixed',
    'order_create_fee_negative',
    'order_create_fee_positive',
    'order_create_rounding_per_line',
    'order_get_dp6',
    'order_create_two_taxes',
  );
  await inclusive(scene, 'yes');
  await scene.replay(
    'order_create_inclusive_one',
    'order_create_inclusive_many',
    'order_get_inclusive_dp6',
  );
  await inclusive(scene, 'no');
  await scene.replay(
    'order_create_for_refund',
    'refund_create_with_tax',
    'refund_create_shipping',
    'refund_create_amount_not_lines',
    'order_get_after_refunds',
  );
  await scene.clock('12:10:14');
  const york = { country: 'US', state: 'NY', postcode: '10001', city: 'New York' };
  await scene.make(
    '/orders',
    {
      status: 'processing',
      billing: york,
      line_items: [{ product_id: scene.post(10), quantity: 1 }],
    },
    564,
  );
  await scene.call('PUT', `/orders/${scene.post(564)}`, { status: 'refunded' });
  await scene.replay('refund_list_after_status_refunded');
  await changedRate(scene);
  await deletedProduct(scene);
}

async function inclusive(scene: Scene, value: string): Promise<void> {
  await scene.option('tax', 'prices_include_tax', value);
  await scene.option('general', 'default_country', value === 'yes' ? 'GB' : 'US:NY');
}

const jo = {
  first_name: 'Jo',
  last_name: 'Day',
  address_1: '1 A St',
  city: 'New York',
  state: 'NY',
  postcode: '10001',
  country: 'US',
  email: 'jo@example.test',
  phone: '2125550100',
};

/** A phone number on a paid order: the tax of today. */
async function changedRate(scene: Scene): Promise<void> {
  await scene.make(
    '/orders',
    { set_paid: true, billing: jo, line_items: [{ product_id: scene.post(10), quantity: 2 }] },
    566,
  );
  await scene.call('PUT', `/taxes/${scene.pairs.actual('rate', 1)}`, { rate: '10' });
  await scene.replay('order_update_phone_after_tax_change');
  await scene.call('PUT', `/taxes/${scene.pairs.actual('rate', 1)}`, { rate: '8.875' });
}

async function deletedProduct(scene: Scene): Promise<void> {
  await scene.clock('12:12:28');
  await scene.make('/customers', { email: 'a1@example.test', username: 'a1' }, 2, 'user');
  await scene.make('/customers', { email: 'b1@example.test' }, 3, 'user');
  await scene.replay(
    'customer_create_duplicate_username',
    'customer_update_email_taken',
    'customer_update_missing',
  );
  await scene.clock('12:12:29');
  await scene.make('/products', { name: 'Gone', sku: 'GONE', regular_price: '4' }, 575);
  await scene.make(
    '/orders',
    {
      status: 'processing',
      customer_id: scene.pairs.actual('user', 2),
      line_items: [{ product_id: scene.post(575), quantity: 1 }],
    },
    576,
  );
  await scene.call('DELETE', `/products/${scene.post(575)}?force=true`);
  await scene.replay('order_get_product_deleted');
}

/** Checkout, guests, gross prices, refused line ids, and the hour that is not there. */
export async function guests(scene: Scene): Promise<void> {
  await scene.start(american);
  await scene.clock('12:18:50');
  await rates(scene);
  await goods(scene);
  await scene.clock('12:18:55');
  const guest = { ...jo, first_name: 'Kim', last_name: 'Lee', email: 'guest@example.test' };
  const { order } = (await scene.act({
    as: 'shopper',
    do: 'checkout',
    lines: [{ sku: 'MUG' }],
    billing: guest,
    shippingTotal: '4.99',
    customerAgent: 'recorder/1',
  })) as { order: { id: number } };
  scene.pairs.bind('post', 579, order.id);
  await scene.replay(
    'order_get_checkout_guest_cod',
    'order_update_cod_completed',
    'order_create_guest_paid',
    'order_create_fee_negative_capped',
  );
  await scene.make('/products', { name: 'CUP', sku: 'CUP', regular_price: '12.00' }, 582);
  await inclusive(scene, 'yes');
  await scene.replay('order_create_inclusive_simple');
  await inclusive(scene, 'no');
  await scene.make('/orders', { line_items: [{ product_id: scene.post(10), quantity: 1 }] }, 587);
  await scene.make('/customers', { email: 'd1@example.test' }, 4, 'user');
  await scene.replay(
    'order_update_bad_item_id',
    'order_update_coupon_id',
    'order_create_with_id',
    'customer_update_username',
  );
}

/** The row changed within the hour that New York's clocks leave out. */
export async function springGap(scene: Scene): Promise<void> {
  await scene.start({ ...american, zone: 'America/New_York' });
  await scene.clock('12:18:57');
  await rates(scene);
  await goods(scene);
  await scene.make('/orders', { line_items: [{ product_id: scene.post(10), quantity: 1 }] }, 586);
  await scene.act({
    as: 'database',
    do: 'setModified',
    entity: 'order',
    id: scene.post(586),
    at: '2026-03-08T02:45:00Z',
  });
  await scene.replay('order_list_dst_gap_flag_naive', 'order_list_dst_gap_z');
}

/** Orders whose cents depend on where the tax is rounded. */
export async function rounding(scene: Scene): Promise<void> {
  await scene.start(american);
  await scene.clock('12:06:00');
  await rates(scene);
  await goods(scene);
  const prices: [number, string][] = [
    [28, '0.99'],
    [29, '1.05'],
    [30, '2.35'],
    [31, '3.33'],
    [32, '4.45'],
    [35, '12.49'],
    [36, '19.95'],
    [38, '99.99'],
  ];
  for (const [id, price] of prices) {
    await scene.make(
      '/products',
      { name: `R${price}`, sku: `R${price}`, regular_price: price },
      id,
    );
  }
  const lines = (...of: [number, number][]): object[] =>
    of.map(([id, quantity]) => ({ product_id: scene.post(id), quantity }));
  const shipping = (total: string): object[] => [
    { method_id: 'flat_rate', method_title: 'F', total },
  ];
  const british = { ...jo, city: 'London', state: '', postcode: 'N1 1AA', country: 'GB' };
  await inclusive(scene, 'yes');
  await scene.clock('12:06:42');
  const ten = [{ code: 'ten' }];
  await scene.make(
    '/orders',
    {
      billing: { ...british, phone: '' },
      line_items: lines([35, 2], [30, 2], [29, 2], [35, 2]),
      shipping_lines: shipping('4.99'),
      coupon_lines: ten,
    },
    280,
  );
  await scene.option('general', 'default_country', 'DE');
  await scene.clock('12:06:56');
  const german = { ...jo, city: 'Berlin', state: '', postcode: '10115', country: 'DE', phone: '' };
  await scene.make(
    '/orders',
    {
      billing: german,
      line_items: lines([36, 3]),
      shipping_lines: shipping('7.50'),
      coupon_lines: ten,
    },
    356,
  );
  await scene.option('tax', 'tax_round_at_subtotal', 'yes');
  await checkouts(scene, british);
  await scene.option('tax', 'prices_include_tax', 'yes');
  await scene.replay(
    'order_get_inclusive_round_at_subtotal',
    'order_get_inclusive_round_at_subtotal_dp6',
  );
  await scene.option('tax', 'tax_round_at_subtotal', 'no');
  await scene.replay(
    'order_get_inclusive_rounding_cent',
    'order_get_inclusive_rounding_cent_dp6',
    'order_get_line_tax_prices_inclusive',
  );
  await scene.option('tax', 'prices_include_tax', 'no');
  await scene.replay('order_get_line_tax_prices_exclusive');
}

async function checkouts(scene: Scene, british: object): Promise<void> {
  const order = async (id: number, at: string, cart: object): Promise<void> => {
    await scene.clock(at);
    const made = (await scene.act({
      as: 'shopper',
      do: 'checkout',
      shippingTotal: '4.99',
      customerAgent: 'recorder/1',
      ...cart,
    })) as { order: { id: number } };
    scene.pairs.bind('post', id, made.order.id);
  };
  const lines = (...of: [string, number][]): object[] =>
    of.map(([sku, quantity]) => ({ sku, quantity }));
  await inclusive(scene, 'no');
  await order(479, '12:08:17', { billing: jo, lines: lines(['R2.35', 4], ['R99.99', 1]) });
  await scene.replay('order_get_checkout_guest_round_at_subtotal');
  await inclusive(scene, 'yes');
  await order(540, '12:09:08', {
    billing: british,
    coupons: ['ten'],
    lines: lines(['R0.99', 1], ['R99.99', 3], ['R2.35', 2], ['R3.33', 3], ['R4.45', 4]),
  });
}
