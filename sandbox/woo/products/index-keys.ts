import { skuKey, type Store } from '../store';
import { type Product } from './model';

/** Puts a product into the store, in place of its former state, and keeps the indexes right. */
export function keepProduct(store: Store, before: Product | undefined, after: Product): void {
  store.revision += 1;
  if (before?.sku !== after.sku) {
    if (before !== undefined) forget(store.idBySku, skuKey(before.sku), before.id);
    if (after.sku !== '') store.idBySku.set(skuKey(after.sku), after.id);
  }
  if (before?.globalUniqueId !== after.globalUniqueId) {
    if (before !== undefined) forget(store.idByGtin, before.globalUniqueId, before.id);
    if (after.globalUniqueId !== '') store.idByGtin.set(after.globalUniqueId, after.id);
  }
  if (before?.slug !== after.slug) {
    if (before !== undefined) forget(store.idBySlug, before.slug, before.id);
    if (after.slug !== '') store.idBySlug.set(after.slug, after.id);
  }
  if (before === undefined && after.parentId > 0) {
    store.variations.set(after.parentId, [
      ...(store.variations.get(after.parentId) ?? []),
      after.id,
    ]);
  }
  store.products.set(after.id, after);
}

export function forgetProduct(store: Store, product: Product): void {
  store.revision += 1;
  forget(store.idBySku, skuKey(product.sku), product.id);
  forget(store.idByGtin, product.globalUniqueId, product.id);
  forget(store.idBySlug, product.slug, product.id);
  const siblings = store.variations.get(product.parentId);
  if (siblings !== undefined) {
    store.variations.set(
      product.parentId,
      siblings.filter((id) => id !== product.id),
    );
  }
  store.variations.delete(product.id);
  store.products.delete(product.id);
}

function forget(index: Map<string, number>, key: string, id: number): void {
  if (index.get(key) === id) index.delete(key);
}
