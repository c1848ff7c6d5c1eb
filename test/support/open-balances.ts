import { z } from 'zod';

import { inBooks } from './operator';
import type { Stack, TestTenant } from './stack';

const cell = z.object({ value: z.string(), id: z.string().optional() });
const section = z.object({
  Header: z.object({ ColData: z.array(cell) }),
  Rows: z.object({ Row: z.array(z.object({ ColData: z.array(cell) })) }),
});
const report = z.object({ Rows: z.object({ Row: z.array(section).default([]) }) });

/**
 * What a customer has open in the books, in minor units: above 0 is owed by it, below 0 is to its
 * credit.
 */
export interface OpenBalance {
  customerId: string;
  /** `Invoice`, `Credit Memo`, `Journal Entry` or `Payment`. */
  type: string;
  /** The document's number there; empty where it has none. */
  number: string;
  openMinor: number;
}

/** The company's open-balance report, as an accountant reads it. */
export async function openBalances(stack: Stack, tenant: TestTenant): Promise<OpenBalance[]> {
  const path = 'reports/CustomerBalanceDetail?end_date=2099-12-31';
  const { Rows: rows } = report.parse(await inBooks(stack, tenant, path));
  return rows.Row.flatMap(({ Header: header, Rows: own }) =>
    own.Row.map(({ ColData: cells }) => ({
      customerId: header.ColData[0]?.id ?? '',
      type: cells[1]?.value ?? '',
      number: cells[2]?.value ?? '',
      openMinor: Math.round(Number(cells[5]?.value) * 100),
    })),
  );
}

/** The same as texts: `Invoice I-1 100.00`. */
export async function openTexts(stack: Stack, tenant: TestTenant): Promise<string[]> {
  const found = await openBalances(stack, tenant);
  return found
    .map(({ type, number, openMinor }) => `${type} ${number} ${(openMinor / 100).toFixed(2)}`)
    .sort();
}
