import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OAuthClient from 'intuit-oauth';
import QuickBooks, { type QuickBooksCallback } from 'node-quickbooks';

import { startQboSandbox } from '../../../sandbox/qbo/start';
import { type RunningSandbox } from '../../../sandbox/server/server';
import { at, control, listAt, textAt } from '../support';

// A day's work by the clients that developers of QuickBooks apps use. Nothing of the sandbox is
// special for them: the addresses alone are others.

const realmId = '4620816365';
const redirectUri = 'http://127.0.0.1/callback';

type Ask = (callback: QuickBooksCallback<unknown>) => void;

/** The answer of a call; rejects with what the client made of a refusal. */
function answered(ask: Ask): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ask((error, data) => {
      if (error === null) resolve(data);
      else reject(new Error(JSON.stringify(at(error, 'response.data') ?? error)));
    });
  });
}

describe('intuit-oauth and node-quickbooks', () => {
  let sandbox: RunningSandbox;
  let given: unknown;
  let oauth: OAuthClient;
  let books: QuickBooks;
  beforeAll(async () => {
    sandbox = await startQboSandbox();
    given = at(
      await control(sandbox, 'reset', {
        realms: [{ realmId, kind: 'usManual', fixture: 'accounting' }],
      }),
      'realms.0',
    );
    const clientId = textAt(given, 'clientId');
    const clientSecret = textAt(given, 'clientSecret');
    oauth = new OAuthClient({ clientId, clientSecret, environment: 'sandbox', redirectUri });
    oauth.setAuthorizeURLs({
      authorizeEndpoint: `${sandbox.url}/connect/oauth2`,
      tokenEndpoint: `${sandbox.url}/oauth2/v1/tokens/bearer`,
      revokeEndpoint: `${sandbox.url}/v2/oauth2/tokens/revoke`,
      userInfoEndpoint: `${sandbox.url}/v1/openid_connect/userinfo`,
    });
    QuickBooks.V3_ENDPOINT_BASE_URL = `${sandbox.url}/v3/company/`;
    QuickBooks.TOKEN_URL = `${sandbox.url}/oauth2/v1/tokens/bearer`;
    QuickBooks.REVOKE_URL = `${sandbox.url}/v2/oauth2/tokens/revoke`;
    books = await connected();
  });
  afterAll(() => sandbox.close());

  /** Over the consent page, which approves at once. */
  async function connected(): Promise<QuickBooks> {
    const uri = oauth.authorizeUri({ scope: OAuthClient.scopes.Accounting, state: 'xyz' });
    const page = await fetch(uri, { redirect: 'manual' });
    const back = page.headers.get('location') ?? '';
    expect(new URL(back).searchParams.get('state')).toBe('xyz');
    const token = (await oauth.createToken(back)).getToken();
    expect(token).toMatchObject({ realmId, token_type: 'bearer', expires_in: 3600 });
    return new QuickBooks(
      textAt(given, 'clientId'),
      textAt(given, 'clientSecret'),
      token.access_token ?? '',
      false,
      realmId,
      true,
      false,
      '75',
      '2.0',
      token.refresh_token ?? '',
    );
  }

  const sale = (docNumber: string, amount: number): object => ({
    CustomerRef: { value: '301' },
    DocNumber: docNumber,
    DepositToAccountRef: { value: '201' },
    Line: [
      {
        Amount: amount,
        DetailType: 'SalesItemLineDetail',
        SalesItemLineDetail: { ItemRef: { value: '11' } },
      },
    ],
  });

  it('connect, and refresh with either client', async () => {
    const refreshed = (await oauth.refresh()).getToken();
    expect(refreshed.access_token).toMatch(/\S{20,}/);
    const again = await answered((callback) => {
      books.refreshAccessToken(callback);
    });
    expect(textAt(again, 'access_token')).not.toBe(refreshed.access_token);
    const info = await answered((callback) => {
      books.getCompanyInfo(realmId, callback);
    });
    expect(at(info, 'Country')).toBe('US');
  });

  it('create, read, find, update and count customers', async () => {
    const made = await answered((callback) => {
      books.createCustomer({ DisplayName: "O'Brien & Söhne", GivenName: 'Pat' }, callback);
    });
    const id = textAt(made, 'Id');
    const changed = await answered((callback) => {
      books.updateCustomer({ Id: id, SyncToken: '0', Notes: 'regular' }, callback);
    });
    expect(changed).toMatchObject({ SyncToken: '1', GivenName: 'Pat', Notes: 'regular' });
    const found = await answered((callback) => {
      books.findCustomers({ DisplayName: "O'Brien & Söhne" }, callback);
    });
    expect(at(found, 'QueryResponse.Customer.0.Id')).toBe(id);
    const counted = await answered((callback) => {
      books.findCustomers({ count: true }, callback);
    });
    expect(at(counted, 'QueryResponse.totalCount')).toBe(4);
  });

  it('by a setting, names in queries are taken exactly: the client is refused then', async () => {
    const find = () =>
      answered((callback) => {
        books.findCustomers({ limit: 1 }, callback);
      });
    await control(sandbox, 'settings', { 'qbo.queryNames': 'exact' });
    await expect(find()).rejects.toThrow('Metadata not found for Entity: customer');
    await control(sandbox, 'settings', { 'qbo.queryNames': 'anyCase' });
    expect(listAt(await find(), 'QueryResponse.Customer')).toHaveLength(1);
  });

  it('is told in its own words when a name is taken', async () => {
    await expect(
      answered((callback) => {
        books.createCustomer({ DisplayName: "o'brien & söhne" }, callback);
      }),
    ).rejects.toThrow('Duplicate Name Exists Error');
  });

  it('a batch, page by page', async () => {
    await control(sandbox, 'clock', { advanceMs: 1_000 }); // a second of the quota's own
    const batch = await answered((callback) => {
      books.batch(
        Array.from({ length: 25 }, (_, n) => ({
          bId: String(n),
          operation: 'create' as const,
          SalesReceipt: sale(`B-${n}`, 10),
        })),
        callback,
      );
    });
    expect(listAt(batch, 'BatchItemResponse').filter((one) => at(one, 'Fault'))).toEqual([]);
    const page = await answered((callback) => {
      books.findSalesReceipts({ limit: 10, offset: 21, asc: 'DocNumber' }, callback);
    });
    expect(at(page, 'QueryResponse')).toMatchObject({ startPosition: 21, maxResults: 5 });
    const all = await answered((callback) => {
      books.findSalesReceipts({ limit: 10, fetchAll: true }, callback);
    });
    expect(listAt(all, 'QueryResponse.SalesReceipt')).toHaveLength(25);
  });

  it('a sale given back and a sale taken out', async () => {
    await control(sandbox, 'clock', { advanceMs: 1_000 });
    const refund = await answered((callback) => {
      books.createRefundReceipt(sale('R-1', 4), callback);
    });
    expect(at(refund, 'TotalAmt')).toBe(4);
    const wrong = await answered((callback) => {
      books.createSalesReceipt(sale('X-1', 7), callback);
    });
    const gone = await answered((callback) => {
      books.deleteSalesReceipt(textAt(wrong, 'Id'), callback);
    });
    expect(at(gone, 'SalesReceipt.status')).toBe('Deleted');
  });

  it('an invoice paid in part, another one voided', async () => {
    await control(sandbox, 'clock', { advanceMs: 1_000 });
    const { CustomerRef, DocNumber, Line } = sale('I-1', 30) as Record<string, unknown>;
    const invoice = await answered((callback) => {
      books.createInvoice({ CustomerRef, DocNumber, Line } as object, callback);
    });
    const id = textAt(invoice, 'Id');
    await answered((callback) => {
      books.createPayment(
        {
          CustomerRef: { value: '301' },
          TotalAmt: 20,
          Line: [{ Amount: 20, LinkedTxn: [{ TxnId: id, TxnType: 'Invoice' }] }],
        },
        callback,
      );
    });
    const open = await answered((callback) => {
      books.getInvoice(id, callback);
    });
    expect(at(open, 'Balance')).toBe(10);
    const other = await answered((callback) => {
      books.createInvoice({ CustomerRef, DocNumber: 'I-2', Line } as object, callback);
    });
    const voided = await answered((callback) => {
      books.voidInvoice(textAt(other, 'Id'), callback);
    });
    expect(at(voided, 'Invoice')).toMatchObject({ TotalAmt: 0, Balance: 0 });
  });

  it('what has changed since, and the trial balance', async () => {
    await control(sandbox, 'clock', { advanceMs: 1_000 });
    const since = new Date(Date.now() - 3_600_000);
    const changes = await answered((callback) => {
      books.changeDataCapture(['Customer', 'SalesReceipt', 'Invoice'], since, callback);
    });
    const responses = listAt(changes, 'CDCResponse.0.QueryResponse');
    const deleted = responses
      .flatMap((one) => (at(one, 'SalesReceipt') === undefined ? [] : listAt(one, 'SalesReceipt')))
      .filter((row) => at(row, 'status') === 'Deleted');
    expect([responses.length, deleted.length]).toEqual([3, 1]);
    const report = await answered((callback) => {
      books.reportTrialBalance({}, callback);
    });
    expect(at(report, 'Header.ReportName')).toBe('TrialBalance');
    const total = at(listAt(report, 'Rows.Row').at(-1), 'Summary.ColData');
    const [, debit, credit] = listAt(total, '').map((one) => textAt(one, 'value'));
    expect([debit === credit, Number(debit) > 0]).toEqual([true, true]);
  });

  it('revoke ends the access', async () => {
    await control(sandbox, 'clock', { advanceMs: 1_000 });
    await oauth.revoke();
    await expect(
      answered((callback) => {
        books.getCompanyInfo(realmId, callback);
      }),
    ).rejects.toThrow();
  });
});
