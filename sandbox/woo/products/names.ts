import { type Store } from '../store';
import { objectsOf, textOf } from '../values';
import { type Product } from './model';

/** The options a variation stands for: `S`, or `S, Red`. */
export function optionsOf(product: Product): string {
  return objectsOf(product.fields['attributes'])
    .map((one) => textOf(one['option']) ?? '')
    .join(', ');
}

/** The name in the shop and on orders: of a variation with its parent's, `Var - S`. */
export function fullName(store: Store, product: Product): string {
  if (product.parentId === 0) return product.name;
  const options = optionsOf(product);
  const parent = store.products.get(product.parentId)?.name ?? '';
  return options === '' ? parent : `${parent} - ${options}`;
}
