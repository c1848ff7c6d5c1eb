import { type Json, type JsonObject } from '../json';
import { type Answered, type WooCall } from './call';
import { onlyFields } from './fields';
import { parameterText } from './values';

/** A page of a list as it is asked for, with the headers that go with it (woocommerce.md#lists). */
export function pageAnswer<T>(
  call: WooCall,
  rows: readonly T[],
  view: (row: T) => JsonObject,
): Answered {
  const perPage = Number(call.input['per_page'] ?? 10);
  const page = Number(call.input['page'] ?? 1);
  const offset = call.input['offset'];
  const start = offset === undefined ? (page - 1) * perPage : Number(offset);
  const pages = Math.ceil(rows.length / perPage);
  const fields = parameterText(call.input['_fields']);
  const body: Json[] = rows
    .slice(start, start + perPage)
    .map((row) => onlyFields(view(row), fields));
  return {
    status: 200,
    body,
    headers: {
      'x-wp-total': String(rows.length),
      'x-wp-totalpages': String(pages),
      ...pageLinks(call, page, pages),
    },
  };
}

/** `prev` and `next` only, on the site's URL, with the query of the call (rec: auth_oauth_ok). */
function pageLinks(
  { store, rawQuery, path, input }: WooCall,
  page: number,
  pages: number,
): Record<string, string> {
  // Orders and refunds have set their decimals by then (rec: refunds_all).
  const isMoney = /^(orders|refunds)/.test(path) && input['dp'] === undefined;
  const asked = isMoney ? joined(rawQuery, `dp=${store.options.decimals}`) : rawQuery;
  const base = `${store.homeUrl}/wp-json/wc/v3/${path}`;
  const link = (to: number, rel: string): string =>
    `<${base}?${withPage(asked, to)}>; rel="${rel}"`;
  const links = [
    ...(page > 1 ? [link(Math.max(1, Math.min(page - 1, pages)), 'prev')] : []),
    ...(page < pages ? [link(page + 1, 'next')] : []),
  ];
  return links.length === 0 ? {} : { link: links.join(', ') };
}

function joined(query: string, parameter: string): string {
  return query === '' ? parameter : `${query}&${parameter}`;
}

/** The query with another page; slashes are written plainly, the rest as it was encoded. */
function withPage(rawQuery: string, page: number): string {
  const query = new URLSearchParams(rawQuery);
  const isThere = query.has('page');
  const parts = [...query].map(([name, value]) => {
    if (name === 'page') return `page=${page}`;
    // The signature has been decoded by then, and a flag has become 1 (rec: auth_oauth_ok).
    const isPlain = name === 'oauth_signature';
    const flag = flags.has(name) && value === 'true' ? '1' : value;
    return `${encodeURIComponent(name)}=${isPlain ? value : phpEncoded(flag)}`;
  });
  // WordPress drops an equals sign in front of the next parameter.
  return (isThere ? parts : [...parts, `page=${page}`]).join('&').replace(/=(&|$)/g, '$1');
}

const flags = new Set(['dates_are_gmt']);

/** PHP's urlencode. */
function phpEncoded(value: string): string {
  return encodeURIComponent(value)
    .replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

/** Sorts by a comparison and then by id, so that every list has one order. */
export function sortedBy<T extends { id: number }>(
  rows: readonly T[],
  compare: (a: T, b: T) => number,
  order: Json | undefined,
): T[] {
  const sign = order === 'asc' ? 1 : -1;
  return [...rows].sort((a, b) => sign * (compare(a, b) || a.id - b.id));
}

/** Times are kept to the millisecond and shown to the second: rows of one second are equal. */
export function bySecond(a: number, b: number): number {
  return Math.floor(a / 1000) - Math.floor(b / 1000);
}
