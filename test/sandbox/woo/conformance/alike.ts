import { kindOf, type Pairs } from './pairs';

/** Where two bodies differ, or null. */
export type Difference = string | null;

/** Members whose value is drawn anew by every store: only its form is compared. */
const randomForms: Record<string, RegExp> = {
  order_key: /^wc_order_[A-Za-z0-9]{13}$/,
  cart_hash: /^([0-9a-f]{32})?$/,
  _debug_log_source_pending_deletion: /^place-order-debug-[0-9a-f]{8}$/,
};

/**
 * Compares a recorded JSON value with the sandbox's. Everything must be equal, also the order of
 * members, but for what is declared here:
 * - ids: a recorded id stands for one id of the sandbox, the same everywhere in a scene (pairs.ts);
 * - times: at most one second apart (the recorded clock moved on within a call);
 * - random parts: `order_key`, hashes of the checkout, `related_ids` (only ids, at most five).
 */
export function difference(
  recorded: unknown,
  actual: unknown,
  pairs: Pairs,
  path: string[] = [],
): Difference {
  const place = path.join('.');
  const last = path.at(-1) ?? '';
  if (last === 'related_ids') return relatedDifference(recorded, actual, place);
  if (Array.isArray(recorded)) {
    if (!Array.isArray(actual)) return `${place}: a list against ${JSON.stringify(actual)}`;
    if (recorded.length !== actual.length)
      return `${place}: ${recorded.length} entries against ${actual.length}`;
    for (const [position, one] of recorded.entries()) {
      const found = difference(one, actual[position], pairs, [...path, String(position)]);
      if (found !== null) return found;
    }
    return null;
  }
  if (isRecord(recorded)) {
    if (!isRecord(actual)) return `${place}: an object against ${JSON.stringify(actual)}`;
    return objectDifference(recorded, actual, pairs, path);
  }
  return sameValue(recorded, actual, pairs, path)
    ? null
    : `${place}: ${JSON.stringify(recorded)} against ${JSON.stringify(actual)}`;
}

function objectDifference(
  recorded: Record<string, unknown>,
  actual: Record<string, unknown>,
  pairs: Pairs,
  path: string[],
): Difference {
  const names = [Object.keys(recorded), Object.keys(actual)];
  if (names[0]?.join() !== names[1]?.join()) {
    const missing = names[0]?.filter((name) => !(name in actual)).join();
    const extra = names[1]?.filter((name) => !(name in recorded)).join();
    return `${path.join('.')}: members differ, missing [${missing ?? ''}] extra [${extra ?? ''}]`;
  }
  for (const [name, value] of Object.entries(recorded)) {
    const isHash = name === 'value' && String(recorded['key']).endsWith('_hash');
    const found = isHash
      ? hashDifference(value, actual[name])
      : difference(value, actual[name], pairs, [...path, metaPlace(name, recorded)]);
    if (found !== null) return found;
  }
  return null;
}

/** The value of some meta entries is an id or a time. */
function metaPlace(name: string, holder: Record<string, unknown>): string {
  if (name !== 'value' && name !== 'display_value') return name;
  const key = String(holder['key']);
  return [
    '_refunded_item_id',
    '_wp_trash_meta_time',
    'coupon_info',
    '_debug_log_source_pending_deletion',
  ].includes(key)
    ? key
    : name;
}

function sameValue(recorded: unknown, actual: unknown, pairs: Pairs, path: string[]): boolean {
  const last = path.at(-1) ?? '';
  const form = randomForms[last];
  if (form !== undefined) return form.test(String(recorded)) && form.test(String(actual));
  if (typeof recorded !== typeof actual) return false;
  if (isTime(recorded) && last.startsWith('date_')) return isNear(recorded, String(actual));
  if (last === '_wp_trash_meta_time') return Math.abs(Number(recorded) - Number(actual)) <= 1;
  const kind = kindOf(path);
  if (kind !== null && typeof recorded === 'number')
    return pairs.same(kind, recorded, Number(actual));
  if (last === 'number') return pairs.same('post', Number(recorded), Number(actual));
  if (last === '_refunded_item_id') return pairs.same('item', Number(recorded), Number(actual));
  if (typeof recorded === 'string') return sameText(recorded, String(actual), pairs, last);
  return Object.is(recorded, actual) || recorded === actual;
}

/** Numbers in links, notes on products and coupon info are ids; keys in links are random. */
function sameText(recorded: string, actual: string, pairs: Pairs, last: string): boolean {
  if (recorded === actual) return true;
  const isLink = /^https?:\/\//.test(recorded);
  const hasId = isLink || last === 'coupon_info' || /^Item #\d+ stock/.test(recorded);
  if (!hasId) return false;
  const parts = (text: string): string[] =>
    text
      .replace(/key=wc_order_[A-Za-z0-9]{13}/, 'key=random')
      .split(/(?<=[/#=[(])(\d+)(?=[/,?& ]|$)/);
  const [was, is] = [parts(recorded), parts(actual)];
  if (was.length !== is.length) return false;
  const kind = linkKind(recorded);
  return was.every((part, place) => {
    const isId = place % 2 === 1;
    return isId ? pairs.same(kind, Number(part), Number(is[place])) : part === is[place];
  });
}

/** What the numbers in a link are ids of. */
function linkKind(link: string): Parameters<Pairs['same']>[0] {
  if (link.includes('/customers/')) return 'user';
  if (link.includes('/webhooks/')) return 'webhook';
  if (link.includes('/categories/')) return 'term';
  if (link.includes('/attributes/')) return 'attribute';
  if (link.includes('/taxes/')) return 'rate';
  return link.includes('/notes/') ? 'any' : 'post';
}

function relatedDifference(recorded: unknown, actual: unknown, place: string): Difference {
  const isForm = (value: unknown): boolean =>
    Array.isArray(value) && value.length <= 5 && value.every((id) => Number.isInteger(id));
  return isForm(recorded) && isForm(actual) ? null : `${place}: ${JSON.stringify(actual)}`;
}

function hashDifference(recorded: unknown, actual: unknown): Difference {
  const isHash = (value: unknown): boolean => /^[0-9a-f]{32}$/.test(String(value));
  return isHash(recorded) && isHash(actual) ? null : `hash: ${JSON.stringify(actual)}`;
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value);
}

function isNear(recorded: string, actual: string): boolean {
  return isTime(actual) && Math.abs(Date.parse(`${recorded}Z`) - Date.parse(`${actual}Z`)) <= 1_000;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
