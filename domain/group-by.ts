/** Items in groups of equal keys, both in order of first sight. */
export function groupBy<Key, Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Items in chunks of at most `size`, in their order. */
export function inChunks<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += size)
    chunks.push(items.slice(start, start + size));
  return chunks;
}

/** Items in chunks of at most `size` and, but for one that is more by itself, at most `weightMax` together. */
export function inWeighedChunks<Item>(
  items: readonly Item[],
  size: number,
  weightOf: (item: Item) => number,
  weightMax: number,
): Item[][] {
  const chunks: Item[][] = [];
  let weight = 0;
  for (const item of items) {
    const own = weightOf(item);
    const last = chunks.at(-1);
    if (last !== undefined && last.length < size && weight + own <= weightMax) {
      last.push(item);
      weight += own;
    } else {
      chunks.push([item]);
      weight = own;
    }
  }
  return chunks;
}
