import { type Scene } from '../scene';

const berlin = { zone: 'Europe/Berlin', currency: 'EUR', country: 'DE' };

/** Keys, OAuth and what is no route, on a store that fills up as the recorded one did. */
export async function authentication(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.replay(
    'auth_none',
    'auth_bad_key',
    'auth_bad_secret',
    'auth_basic_plain_http',
    'auth_query_plain_http',
    'auth_readonly_key_post',
    'auth_writeonly_key_get',
    'auth_writeonly_key_post',
    'auth_query_tls',
    'err_bad_json',
    'err_bad_method',
    'err_no_route',
    'wc_v4_orders',
    'product_create_form_encoded',
    'product_create_no_content_type',
    'product_get_missing',
    'options_products',
    'auth_oauth_ok',
    'auth_oauth_bad_secret',
    'auth_oauth_old_timestamp',
    'auth_oauth_unknown_key',
  );
  await scene.replay('auth_oauth_nonce_replay'); // once used, then the recorded refusal
  await scene.replay('auth_oauth_nonce_replay', 'auth_oauth_post');
  await scene.replay(
    'auth_none_post',
    'auth_none_put',
    'auth_none_get_one',
    'auth_none_delete',
    'auth_none_batch',
  );
  await scene.replay('product_create_with_id');
}

/** One product through all its writes, then the lists of the store. */
export async function productWrites(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.clock('11:24:56');
  await scene.make('/products', { name: 'viaoauth' }, 13);
  await scene.replay(
    'product_create_minimal',
    'product_create_empty_object',
    'product_create_full',
    'product_create_duplicate_sku',
    'product_create_duplicate_sku_lowercase',
    'product_create_duplicate_sku_spaces',
    'product_create_duplicate_global_unique_id',
    'product_create_bad_global_unique_id',
    'product_update_duplicate_sku',
    'product_update_price_as_number',
    'product_update_price_text',
    'product_update_price_comma',
    'product_update_price_negative',
    'product_update_price_precision',
    'product_update_price_null',
    'product_update_sale_above_regular',
  );
  await scene.call('PUT', `/products/${scene.post(14)}`, { regular_price: '', sale_price: '' });
  await scene.replay(
    'product_update_stock_without_manage',
    'product_update_manage_stock_on_only',
    'product_update_stock_float',
    'product_update_stock_string',
    'product_update_stock_text',
    'product_update_stock_null',
    'product_update_stock_zero',
    'product_update_stock_negative',
    'product_update_stock_status_while_managed',
    'product_update_inventory_delta',
    'product_update_bad_enum',
    'product_update_two_bad_params',
    'product_update_missing',
  );
  await scene.call('PUT', `/products/${scene.post(14)}`, {
    name: 'posted',
    backorders: 'notify',
    stock_quantity: -2,
    regular_price: '',
  });
  await scene.replay(
    'product_update_meta_by_key',
    'product_create_bad_category',
    'product_create_image_unreachable',
  );
  await productLists(scene);
  await productLookups(scene);
}

async function productLists(scene: Scene): Promise<void> {
  const full = `/products/${scene.post(16)}`;
  await scene.clock('11:26:01');
  await scene.call('PUT', full, { meta_data: [{ key: 'erp_id', value: null }] });
  await scene.call('PUT', full, { meta_data: [{ key: 'erp_id', value: 'E-9' }] });
  await scene.call('PUT', full, {
    meta_data: [
      { key: '_sku', value: 'HACK' },
      { key: '_stock', value: '999' },
    ],
  });
  // Its entry was made anew: another id stands for the same key from here on.
  await scene.replay(
    'product_list_global_unique_id',
    'product_list_sku_nohit',
    'product_list_meta_key_nohit',
    'product_list_slug',
    'product_list_search',
    'product_list_exclude_meta',
    'product_list_include_meta',
    'product_list_include',
    'list_per_page_101',
    'list_per_page_0',
    'list_page_beyond',
    'list_bad_orderby',
    'list_modified_after_garbage',
  );
}

/** Look-ups by SKU, the way through the trash, the cursor. */
async function productLookups(scene: Scene): Promise<void> {
  await scene.clock('11:26:56');
  await scene.make(
    '/products',
    {
      name: 'LookA',
      sku: 'LOOK-A-346815',
      regular_price: '5',
      manage_stock: true,
      stock_quantity: 3,
    },
    19,
  );
  await scene.make(
    '/products',
    { name: 'LookB', status: 'draft', sku: 'LOOK-B-346815', regular_price: '5' },
    20,
  );
  await scene.make('/products', { name: 'Comma', sku: 'CO,MMA-346815', regular_price: '5' }, 21);
  await scene.replay(
    'product_list_sku',
    'product_list_sku_other_case',
    'product_list_sku_draft',
    'product_list_sku_two',
    'product_list_sku_with_comma',
    'product_list_search_sku_partial',
    'product_list_search_sku_two',
    'product_list_search_name_or_sku',
    'product_list_search_text_of_sku',
    'product_list_status_any',
    'product_delete_trash',
    'product_get_trashed',
    'product_delete_already_trashed',
    'product_create_sku_of_trashed',
    'product_list_status_trash_default',
    'product_restore_from_trash',
    'product_delete_force',
    'product_get_force_deleted',
    'product_delete_missing',
  );
  await scene.replay('product_list_modified_after_asc');
  await scene.clock('11:27:08');
  await scene.call('PUT', `/products/${scene.post(19)}`, {
    regular_price: '6',
    stock_quantity: 4,
    meta_data: [{ key: 'x', value: '1' }],
  });
  await scene.replay('product_update_date_created');
}

/** Batches, with the products that the recorded batch changed. */
export async function batches(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.make('/products', {}, 15);
  const known = [
    { id: 63, sku: 'K0x346878-0', slug: 'batch-k0x0' },
    { id: 64, sku: 'K0x346878-1', slug: 'batch-k0x1', erp: 'K0x1', at: '11:28:26' },
    { id: 65, sku: 'K0x346878-2', slug: 'batch-k0x2', erp: 'K0x2', at: '11:28:26' },
    { id: 68, sku: 'K0x346878-5', slug: 'batch-k0x5' },
    {
      id: 162,
      sku: 'K0x346878-99',
      slug: 'batch-k0x99',
      erp: 'K0x99',
      at: '11:28:35',
      modified: '11:29:34',
      stock: 60,
    },
  ];
  for (const one of known) {
    await scene.clock(one.at ?? '11:28:26');
    await scene.make('/products', batchProduct(one), one.id);
    await scene.clock(one.modified ?? '11:28:40');
    await scene.call('PUT', `/products/${scene.post(one.id)}`, { name: `n0-${one.id}` });
  }
  await scene.replay(
    'product_batch_empty',
    'product_batch_101',
    'product_batch_101_mixed',
    'product_batch_mixed_errors',
    'product_batch_not_a_list',
  );
  await scene.clock('11:28:51');
  const edited = {
    id: 463,
    sku: 'K4x346878-0',
    slug: 'batch-k4x0',
    erp: 'K4x0',
    stock: 0,
    price: '24',
  };
  await scene.make('/products', batchProduct(edited), 463);
  await scene.clock('11:42:12');
  await scene.call('PUT', `/products/${scene.post(463)}`, { name: 'n4-463' });
  await scene.replay('product_get_context_edit');
}

interface BatchProduct {
  sku: string;
  slug: string;
  erp?: string;
  stock?: number;
  price?: string;
}

/** The recorded long text. */
const longText = 'x'.repeat(300);

function batchProduct({ sku, slug, erp = 'x', stock = 100, price = '20' }: BatchProduct): object {
  return {
    name: slug,
    slug,
    sku,
    regular_price: price,
    manage_stock: true,
    stock_quantity: stock,
    description: longText,
    meta_data: [{ key: 'erp_id', value: erp }],
  };
}

/**
 * Two creates of one SKU that were open at the same time: the later one loses in the look-up table.
 */
export async function race(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.plan([{ fault: 'hold', until: 2, times: 2 }]);
  const body = { name: 'Race', sku: 'RACE-347213-0' };
  await Promise.all([
    scene.call('POST', '/products', body),
    scene.replay('product_create_race_loser'),
  ]);
}

/** A variable product, its variations, and the stock they may share. */
export async function variations(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.replay(
    'product_create_variable',
    'variation_create',
    'variation_update',
    'product_get_variation_id',
  );
  await scene.replay('order_create_variation', 'variation_batch', 'variation_delete_no_force');
  await scene.clock('11:46:21');
  const parent = {
    name: 'VP',
    type: 'variable',
    manage_stock: true,
    stock_quantity: 10,
    attributes: [{ name: 'Size', variation: true, options: ['S', 'M'] }],
  };
  await scene.make('/products', parent, 1194);
  await scene.replay(
    'variation_create_parent_stock',
    'product_batch_update_variation',
    'product_update_variation_via_products',
  );
}

/** Variations over all parents, and one in the trash. */
export async function variationTrash(scene: Scene): Promise<void> {
  await scene.start({ zone: 'Europe/Berlin', currency: 'USD' });
  const size = { name: 'S', variation: true, visible: true, options: ['S', 'M'] };
  await scene.clock('12:10:16');
  await scene.make('/products', { name: 'VV', type: 'variable', attributes: [size] }, 569);
  await scene.clock('12:10:17');
  const option = [{ name: 'S', option: 'S' }];
  await scene.make(
    `/products/${scene.post(569)}/variations`,
    { sku: 'VVS', regular_price: '5', attributes: option },
    571,
  );
  await scene.clock('12:18:57');
  await scene.make('/products', { name: 'VV2', type: 'variable', attributes: [size] }, 584);
  await scene.make(
    `/products/${scene.post(584)}/variations`,
    { sku: 'VV2S', regular_price: '5', attributes: option },
    585,
  );
  await scene.call('DELETE', `/products/${scene.post(584)}/variations/${scene.post(585)}`);
  await scene.replay(
    'variation_get_trashed',
    'variation_delete_already_trashed',
    'variation_list_all_parents',
  );
}

/** Attributes, categories and the answers of a site that is down. */
export async function shopAndFaults(scene: Scene): Promise<void> {
  await scene.start(berlin);
  await scene.replay(
    'attribute_create',
    'attribute_create_duplicate',
    'category_create',
    'category_create_duplicate',
    'category_delete_no_force',
  );
  const faults = {
    http_maintenance_mode: 'status:503',
    http_maintenance_mode_post: 'status:503',
    http_db_down: 'wpDie',
    http_php_down: 'status:502',
  };
  for (const [name, fault] of Object.entries(faults)) {
    await scene.plan([{ fault, times: 1 }]);
    await scene.replay(name);
  }
}
