import Table from 'cli-table3';

import type { Treated } from './treated';
import type { TruthRow } from './truth';

/** What `--json` writes. */
export interface DemoReport {
  equal: boolean;
  seconds: number;
  rows: TruthRow[];
  documents: { SalesReceipt: number; RefundReceipt: number; Customer: number; Item: number };
  writes: { woo: number; qbo: number };
  throttled: { woo: number; qbo: number };
  faults: { woo: number; qbo: number };
  duplicates: number;
  lost: number;
  killed: { what: string; atShare: number } | null;
  treated: Treated[];
  /**
   * Share of the allowed QuickBooks writes that was used, per full minute from the first batch to
   * the last but one.
   */
  quotaUse: number[];
}

/** The truth table and what else a person wants to know at the end. */
export function reportText(report: DemoReport): string {
  const table = new Table({
    head: ['measure', 'POS', 'WooCommerce', 'QuickBooks', ''],
    style: { head: [], border: [] },
  });
  for (const row of report.rows) {
    table.push([
      row.measure,
      row.pos ?? '-',
      row.woo ?? '-',
      row.qbo ?? '-',
      row.equal ? 'equal' : 'DIFFERS',
    ]);
  }
  const treated = new Table({
    head: ['treated specially', 'count', 'how'],
    style: { head: [], border: [] },
    colWidths: [44, 8, 72],
    wordWrap: true,
  });
  for (const entry of report.treated) treated.push([entry.what, entry.count, entry.how]);
  const differences = report.rows.flatMap((row) =>
    row.differences.map((text) => `  ${row.measure}: ${text}`),
  );
  const { documents, writes, throttled, faults } = report;
  return [
    table.toString(),
    ...(differences.length === 0 ? [] : ['Differences:', ...differences]),
    '',
    treated.toString(),
    '',
    `Documents in the books: ${documents.SalesReceipt} sales receipts, ` +
      `${documents.RefundReceipt} refund receipts, ${documents.Customer} customers, ` +
      `${documents.Item} items`,
    `Writes: ${writes.woo} to WooCommerce, ${writes.qbo} to QuickBooks; throttled ` +
      `${throttled.woo} and ${throttled.qbo}; injected faults ${faults.woo} and ${faults.qbo}`,
    `Duplicates ${report.duplicates}, lost ` +
      `${report.lost}${
        report.killed === null
          ? ''
          : `; killed: ${report.killed.what} after ${Math.round(report.killed.atShare * 100)} % ` +
            'of the sales'
      }`,
    report.equal
      ? `EQUAL: the three systems agree to the cent after ${report.seconds} s.`
      : `NOT EQUAL after ${report.seconds} s.`,
  ].join('\n');
}
