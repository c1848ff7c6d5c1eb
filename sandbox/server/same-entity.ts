/** `product` and `products` name the same entity, in any case. */
export function isSameEntity(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/s$/, '');
}
