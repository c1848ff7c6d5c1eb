import { type Controlled } from './control';
import { ControlError } from './control-error';
import { html, type Html } from './html';
import { type JournalEntry } from './journal';
import { type PlainTable, tablesOf } from './tables';

interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const entriesShown = 100;

/** The address holds the token: nothing may keep it, and nothing foreign is loaded. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

const titles = { woo: 'WooCommerce sandbox', qbo: 'QuickBooks Online sandbox' };

/**
 * `GET /_sandbox/`: journal and what the vendor's own calls answer (ledger, stock), for people. It
 * only reads. null: the token was missing or wrong.
 */
export function page(on: Controlled | null, query: URLSearchParams): PageAnswer {
  if (on === null) {
    const text = html`<p>
      Open this page with the token that was printed at the start: <code>/_sandbox/?token=...</code>
    </p>`;
    return { status: 401, headers, body: framed('Sandbox', text) };
  }
  const title = titles[on.vendor.name];
  try {
    return { status: 200, headers, body: framed(title, content(on, query)) };
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return { status: 400, headers, body: framed(title, html`<p>${error.message}</p>`) };
  }
}

function content(on: Controlled, query: URLSearchParams): Html {
  const { now, rate } = on.clock.read();
  const faults = on.plan.list();
  const calls = Object.entries(on.vendor.calls).filter(([, call]) => call.method === 'GET');
  const names = [...calls.map(([name]) => name), 'faults', 'journal'];
  const sections = calls.map(
    ([name, call]) =>
      html`<h2 id="${name}">${name}</h2>
        ${tablesOf(call.run(undefined, query)).map(tableHtml)}`,
  );
  return html`<p>${now.replace('T', ' ')} (clock, rate ${rate})</p>
    <nav>${names.map((name) => html`<a href="#${name}">${name}</a> `)}</nav>
    ${sections}
    <h2 id="faults">faults</h2>
    ${tablesOf(faults, 'planned').map(tableHtml)}
    <h2 id="journal">journal</h2>
    ${journalHtml(on.journal.last(entriesShown))}`;
}

function tableHtml(table: PlainTable): Html {
  const shown = table.rows.length;
  const count = shown < table.total ? `last ${shown} of ${table.total}` : `${table.total}`;
  return html`<h3>${table.title} <small>${count}</small></h3>
    ${shown === 0 ? html`<p>none</p>` : scrolled(table.columns, table.rows)}`;
}

function scrolled(columns: readonly string[], rows: readonly (readonly string[])[]): Html {
  const kinds = columns.map((_, place) => {
    const cells = rows.map((row) => row[place] ?? '').filter((cell) => cell !== '');
    return cells.length > 0 && cells.every(isNumber) ? 'number' : 'text';
  });
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map((name, place) => html`<th class="${kinds[place]}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, place) => html`<td class="${kinds[place]}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text);
}

const journalColumns = ['no.', 'time', 'call', 'tenant', 'answer', 'written', 'fault', 'beside'];

function journalHtml(entries: readonly JournalEntry[]): Html {
  if (entries.length === 0) return html`<p>none</p>`;
  const query = (entry: JournalEntry): string => {
    const pairs = Object.entries(entry.query).map(([name, value]) => `${name}=${value}`);
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  };
  const rows = entries.map((entry) => [
    String(entry.seq),
    entry.startedAt.slice(11, 23),
    `${entry.method} ${entry.path}${query(entry)}`,
    entry.tenant ?? '',
    entry.status === null ? (entry.endedAt === null ? 'open' : 'no answer') : String(entry.status),
    written(entry),
    entry.fault ?? '',
    entry.beside.join(' '),
  ]);
  return scrolled(journalColumns, rows);
}

function written(entry: JournalEntry): string {
  if (!entry.isWrite) return '';
  if (entry.isReplay) return 'replay';
  if (entry.committed === null) return 'not yet';
  return entry.committed ? 'yes' : 'no';
}

const style = `
:root { color-scheme: light dark; --line: #8885; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 90rem; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; } small { font-weight: normal; opacity: .7; }
p { margin: .3rem 0; }
nav a { display: inline-block; padding: .4rem .8rem .4rem 0; }
.scroll {
  overflow-x: auto; width: fit-content; max-width: 100%;
  border: 1px solid var(--line); border-radius: 6px;
}
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .6rem; white-space: nowrap; max-width: 34rem;
  overflow: hidden; text-overflow: ellipsis; border-top: 1px solid var(--line); }
thead th { border-top: 0; font-size: .85em; opacity: .75; } .number { text-align: right; }
`;

function framed(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${{ html: style }}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`.html;
}
