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

/**
 * Items in chunks of at most `size`, in their order. One that weighs more than a chunk holds is a
 * chunk of its own.
 */
export function inChunks<Item>(
  items: readonly Item[],
  size: number,
  weightOf: (item: Item) => number = () => 1,
): Item[][] {
  const chunks: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const weight = weightOf(item);
    const chunk = chunks.at(-1);
    if (chunk === undefined || weight > left) {
      chunks.push([item]);
      left = size - weight;
    } else {
      chunk.push(item);
      left -= weight;
    }
  }
  return chunks;
}
