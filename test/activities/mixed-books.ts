import { z } from 'zod';

import { secretPlace } from '../../database/connections';
import { control, type Stack, type TestTenant } from '../support/stack';
import { Effect } from './mixed-till';

// What each document in the books brings to each account, by the rules of double entry alone, put
// together by the record that its note names.

const ref = z.object({ value: z.string() });
const amount = z.number().transform((dollars) => Math.round(dollars * 100));
const row = z.looseObject({
  Id: z.string(),
  PrivateNote: z.string().default(''),
  DocNumber: z.string().optional(),
  TotalAmt: amount.optional(),
  LinkedTxn: z.array(z.object({ TxnType: z.string() })).default([]),
  Amount: amount.optional(),
  DepositToAccountRef: ref.optional(),
  AccountRef: ref.optional(),
  CustomerRef: ref.optional(),
  FromAccountRef: ref.optional(),
  ToAccountRef: ref.optional(),
  TxnTaxDetail: z.object({ TotalTax: amount.optional() }).optional(),
  Line: z
    .array(
      z.looseObject({
        Amount: amount.optional(),
        SalesItemLineDetail: z.object({ ItemRef: ref.optional() }).optional(),
        DepositLineDetail: z.object({ AccountRef: ref.optional() }).optional(),
        AccountBasedExpenseLineDetail: z.object({ AccountRef: ref }).optional(),
        JournalEntryLineDetail: z
          .object({
            PostingType: z.string(),
            AccountRef: ref,
            Entity: z.object({ EntityRef: ref.optional() }).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
});
type Row = z.infer<typeof row>;

export interface BookedDocument {
  entity: string;
  row: Row;
  /** `kind/id`, `summary`, or null: none of ours. */
  of: string | null;
  effect: Effect;
  /** What of it is owed, by customer. */
  owed: Effect;
}

const entities = [
  'SalesReceipt',
  'RefundReceipt',
  'Invoice',
  'CreditMemo',
  'Payment',
  'Transfer',
  'Deposit',
  'Purchase',
  'JournalEntry',
] as const;
const tokens = z.object({ accessToken: z.string() });

/** Sends a request to the company as an app does. */
export async function askCompany(
  stack: Stack,
  tenant: TestTenant,
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const { rows } = await stack.database.pool.query<{ sealed: string }>(
    `SELECT sealed FROM connections WHERE tenant = $1 AND system = 'qbo'`,
    [tenant.id],
  );
  const { accessToken } = tokens.parse(
    JSON.parse(stack.secrets.open(rows[0]?.sealed ?? '', secretPlace(tenant.id, 'qbo'))),
  );
  const answer = await fetch(`${stack.qbo.url}/v3/company/${tenant.realmId}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/**
 * All documents of the company. `accounts`: names of those that count, by id; and of items whose
 * receipts count, by `item` and id.
 */
export async function booked(
  stack: Stack,
  tenant: TestTenant,
  accounts: ReadonlyMap<string, string>,
): Promise<BookedDocument[]> {
  const found: BookedDocument[] = [];
  for (const entity of entities) {
    const query = encodeURIComponent(`SELECT * FROM ${entity} MAXRESULTS 1000`);
    const answer = await askCompany(stack, tenant, `query?query=${query}&minorversion=75`);
    const read = z.object({ QueryResponse: z.record(z.string(), z.unknown()) }).parse(answer.body);
    for (const one of z.array(row).parse(read.QueryResponse[entity] ?? []))
      found.push({
        entity,
        row: one,
        of: recordOf(one.PrivateNote),
        effect: effectOf(entity, one, accounts),
        owed: owedOf(entity, one, accounts),
      });
  }
  return found;
}

/** The record that a note of ours names. */
function recordOf(note: string): string | null {
  if (/truth-sync daily (?:.* of )?summary/.test(note)) return 'summary';
  const payout = /truth-sync payout (?:fees )?(?:.* of )?(O-\d+)/.exec(note);
  if (payout !== null) return `payout/${payout[1] ?? ''}`;
  const named = /(order|refund|invoice|payment|cash|deposit) ([TRIPDK]-\d+)/.exec(note);
  if (named === null) return null;
  return `${named[1] === 'deposit' ? 'payment' : (named[1] ?? '')}/${named[2] ?? ''}`;
}

function effectOf(entity: string, one: Row, accounts: ReadonlyMap<string, string>): Effect {
  const effect = new Effect();
  const total = one.TotalAmt ?? one.Amount ?? 0;
  const add = (account: { value: string } | undefined, minor: number): void => {
    const name = accounts.get(account?.value ?? '');
    if (name !== undefined) effect.add(name, minor);
  };
  const form = (sign: number): void =>
    void effect.add('tax', sign * (one.TxnTaxDetail?.TotalTax ?? 0));
  switch (entity) {
    case 'SalesReceipt':
    case 'RefundReceipt': {
      const sign = entity === 'SalesReceipt' ? 1 : -1;
      form(sign);
      add(one.DepositToAccountRef, sign * total);
      for (const { SalesItemLineDetail: detail, Amount = 0 } of one.Line)
        add({ value: `item ${detail?.ItemRef?.value ?? ''}` }, sign * Amount);
      break;
    }
    case 'Invoice':
    case 'CreditMemo': {
      const sign = entity === 'Invoice' ? 1 : -1;
      form(sign);
      effect.add('owed', sign * total);
      break;
    }
    case 'Payment':
      add(one.DepositToAccountRef, total);
      effect.add('owed', 0 - total);
      break;
    case 'Transfer':
      add(one.FromAccountRef, 0 - total);
      add(one.ToAccountRef, total);
      break;
    case 'Deposit':
      add(one.DepositToAccountRef, total);
      for (const { DepositLineDetail: detail, Amount = 0 } of one.Line)
        // What an accountant banks lay in Undeposited Funds.
        if (detail?.AccountRef === undefined) effect.add('cash', 0 - Amount);
        else add(detail.AccountRef, 0 - Amount);
      break;
    case 'Purchase':
      add(one.AccountRef, 0 - total);
      for (const line of one.Line)
        add(line.AccountBasedExpenseLineDetail?.AccountRef, line.Amount ?? 0);
      break;
    case 'JournalEntry':
      for (const { JournalEntryLineDetail: detail, Amount = 0 } of one.Line)
        add(detail?.AccountRef, detail?.PostingType === 'Debit' ? Amount : 0 - Amount);
      break;
  }
  return effect;
}

function owedOf(entity: string, one: Row, accounts: ReadonlyMap<string, string>): Effect {
  const owed = new Effect();
  if (entity !== 'JournalEntry')
    return owed.add(
      one.CustomerRef?.value ?? 'nobody',
      effectOf(entity, one, accounts).all()['owed'] ?? 0,
    );
  for (const { JournalEntryLineDetail: detail, Amount = 0 } of one.Line)
    if (accounts.get(detail?.AccountRef.value ?? '') === 'owed')
      owed.add(
        detail?.Entity?.EntityRef?.value ?? 'nobody',
        detail?.PostingType === 'Debit' ? Amount : 0 - Amount,
      );
  return owed;
}

const ledger = z.object({
  realms: z.record(
    z.string(),
    z.object({
      isBalanced: z.boolean(),
      trialBalance: z.array(
        z.object({ accountId: z.string(), debit: z.string(), credit: z.string() }),
      ),
    }),
  ),
});

/** What the company's own ledger says of these accounts; throws where it does not balance. */
export async function trial(
  stack: Stack,
  { realmId }: TestTenant,
  accounts: ReadonlyMap<string, string>,
): Promise<Record<string, number>> {
  const books = ledger.parse(await control(stack.qbo, `ledger?realmId=${realmId}`)).realms[realmId];
  if (books?.isBalanced !== true) throw new Error('the books do not balance');
  const sums = new Effect();
  for (const { accountId, debit, credit } of books.trialBalance) {
    const name = accounts.get(accountId);
    if (name !== undefined) sums.add(name, Math.round((Number(debit) - Number(credit)) * 100));
  }
  return sums.all();
}
