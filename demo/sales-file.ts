import { readFileSync } from 'node:fs';

import { parse } from 'csv-parse/sync';
import { z } from 'zod';

import { textToMinor } from '../domain/money';
import { isLocalTime } from './shop-time';

/** One line of an invoice, as the file has it; the price in pence. */
export interface SalesRow {
  invoiceNo: string;
  stockCode: string;
  description: string;
  quantity: number;
  /** Local time of the shop, without zone. */
  invoiceDate: string;
  unitPriceMinor: number;
  /** Null for a guest. */
  customerId: string | null;
  country: string;
}

/** The currency of the file; every company of the demo has one with as many decimals. */
export const currency = 'GBP';

const columns = [
  'invoice_no',
  'stock_code',
  'description',
  'quantity',
  'invoice_date',
  'unit_price',
  'customer_id',
  'country',
];
const code = z.string().trim().min(1, 'is empty').max(100, 'is longer than 100 characters');
const row = z.object({
  invoice_no: code,
  stock_code: code,
  description: z.string().trim().max(500, 'is longer than 500 characters'),
  quantity: z
    .string()
    .regex(/^-?\d{1,9}$/, 'must be a whole number')
    .transform(Number),
  invoice_date: z
    .string()
    .regex(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/,
      'must be a local time such as 2010-12-01T08:26:00',
    )
    .refine(isLocalTime, 'is no day or time of the calendar'),
  unit_price: z.string().transform((text, context) => {
    const minor = textToMinor(text, currency);
    if (minor !== null && minor >= 0) return minor;
    context.addIssue('must be a price such as 2.55, with at most two decimals and not negative');
    return z.NEVER;
  }),
  customer_id: z.string().trim().max(100, 'is longer than 100 characters'),
  country: z.string().trim().max(255, 'is longer than 255 characters'),
});
const records = z.array(
  z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) }),
);

/** Problems shown at once: enough to see a pattern. */
const problemsMax = 10;

/** Reads and checks the file; throws naming file, line, column and what was expected. */
export function readSales(file: string): SalesRow[] {
  const rows = records.parse(parsed(file));
  const problems: string[] = [];
  const sales: SalesRow[] = [];
  for (const { record, info } of rows) {
    const checked = row.safeParse(record);
    if (checked.success) sales.push(saleOf(checked.data));
    else
      for (const issue of checked.error.issues)
        problems.push(problemText(record, info.lines, issue));
  }
  if (problems.length === 0) return sales;
  const more =
    problems.length > problemsMax ? `\n... and ${problems.length - problemsMax} more` : '';
  throw new Error(`${file} cannot be read:\n${problems.slice(0, problemsMax).join('\n')}${more}`);
}

function parsed(file: string): unknown {
  try {
    const text = readFileSync(file, 'utf8');
    const header = text.slice(0, text.search(/\r?\n|$/)).replace(/^\uFEFF/, '');
    if (header !== columns.join(',')) {
      throw new Error(
        `line 1: the columns must be ${columns.join(',')}, but are ` +
          `${header.slice(0, 200) || '(nothing)'}`,
      );
    }
    return parse(text, {
      columns: true,
      bom: true,
      info: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be read: ${reason}`, { cause: error });
  }
}

function problemText(
  record: Record<string, string>,
  line: number,
  issue: z.core.$ZodIssue,
): string {
  const column = String(issue.path[0] ?? '');
  return `line ${line}, column ${column}: ${JSON.stringify(record[column] ?? '')} ${issue.message}`;
}

function saleOf(data: z.output<typeof row>): SalesRow {
  return {
    invoiceNo: data.invoice_no,
    stockCode: data.stock_code,
    description: data.description,
    quantity: data.quantity,
    invoiceDate: data.invoice_date,
    unitPriceMinor: data.unit_price,
    customerId: data.customer_id === '' ? null : data.customer_id,
    country: data.country,
  };
}
