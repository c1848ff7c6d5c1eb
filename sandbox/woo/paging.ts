import { type Json, type JsonObject } from '../json';
import { type Answered, type WooCall } from './call';
import { onlyFields } from './fields';
import { parameterText } from './values';

/** A page of a list as it is asked for, with the headers that go with it (section 4). */
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
function pageLinks({ store, rawQuery, path }: WooCall, page: number, pages: number): object {
  const base = `${store.homeUrl}/wp-json/wc/v3/${path}`;
  const link = (to: number, rel: string): string =>
    `<${base}?${withPage(rawQuery, to)}>; rel="${rel}"`;
  const links = [
    ...(page > 1 ? [link(Math.max(1, Math.min(page - 1, pages)), 'prev')] : []),
    ...(page < pages ? [link(page + 1, 'next')] : []),
  ];
  return links.length === 0 ? {} : { link: links.join(', ') };
}

/** The query with another page; slashes are written plainly, the rest as it was encoded. */
function withPage(rawQuery: string, page: number): string {
  const query = new URLSearchParams(rawQuery);
  const isThere = query.has('page');
  const parts = [...query].map(([name, value]) => {
    const shown = name === 'page' ? String(page) : encoded(value);
    return `${encodeURIComponent(name)}=${shown}`;
  });
  return (isThere ? parts : [...parts, `page=${page}`]).join('&');
}

function encoded(value: string): string {
  return encodeURIComponent(value).replace(/%2F/g, '/').replace(/%3A/g, ':');
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
