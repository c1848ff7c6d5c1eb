import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { control, send, startCompany, startShop, type Company, type Shop } from '../support';

const hostile = `<img src=x onerror="alert('1')">&amp;`;
const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;';

describe('the page of a company', () => {
  let company: Company;
  beforeEach(async () => {
    company = await startCompany({ country: 'US', fixture: 'accounting' });
  });
  afterEach(() => company.sandbox.close());

  const open = (query = `?token=${company.sandbox.token}`, headers = {}) =>
    send(`${company.sandbox.url}/_sandbox/${query}`, { headers });

  it('is shown to who has the token, in the address or in the header', async () => {
    expect((await open('')).status).toBe(401);
    expect((await open('?token=wrong')).status).toBe(401);
    expect((await open('', { 'x-sandbox-token': company.sandbox.token })).status).toBe(200);
    expect((await open()).status).toBe(200);
  });

  it('the token in the address opens nothing else', async () => {
    const token = company.sandbox.token;
    const journal = await send(`${company.sandbox.url}/_sandbox/journal?token=${token}`);
    expect(journal.status).toBe(401);
  });

  it('lets nothing foreign in and keeps its address to itself', async () => {
    const { headers } = await open();
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'",
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('shows books, faults and journal, and every text of strangers escaped', async () => {
    await control(company.sandbox, 'faults', [{ match: { path: hostile }, fault: 'hang' }]);
    await company.post('account', { Name: hostile, AccountType: 'Income' });
    await company.post('salesreceipt', {
      CustomerRef: { value: '301' },
      DocNumber: '<b>1</b>',
      PrivateNote: hostile,
      DepositToAccountRef: { value: '201' },
      Line: [
        {
          Amount: 12.5,
          DetailType: 'SalesItemLineDetail',
          SalesItemLineDetail: { ItemRef: { value: '11' } },
        },
      ],
    });
    await company.get(`item/${encodeURIComponent('1')}?x=${encodeURIComponent(hostile)}`);
    const { text } = await open();
    expect(text).toContain('<td class="number">12.50</td>');
    expect(text).not.toMatch(/<img|<b>1/);
    // The note of the document, the query in the journal, the path of the fault.
    expect(text.split(escaped).length - 1).toBe(2);
    expect(text).toContain('onerror=\\&quot;');
    expect(text).toContain('&lt;b&gt;1&lt;/b&gt;');
    expect(text).toMatch(/<h2 id="journal">/);
    expect(text).toMatch(/POST \/v3\/company\/\d+\/salesreceipt/);
  });

  it('says when there is no such company', async () => {
    const answer = await open(`?token=${company.sandbox.token}&realmId=%3Cb%3E`);
    expect([answer.status, answer.text.includes('no company &lt;b&gt;')]).toEqual([400, true]);
  });
});

describe('the page of a shop', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await startShop();
  });
  afterEach(() => shop.sandbox.close());

  it('shows the stock, the last rows only, and says so', async () => {
    for (let batch = 0; batch < 3; batch += 1) {
      const create = Array.from({ length: 70 }, (_, n) => ({
        sku: `S-${batch}-${n}`,
        name: hostile,
      }));
      await shop.call('POST', '/wc/v3/products/batch', { create });
    }
    const { text } = await send(`${shop.sandbox.url}/_sandbox/?token=${shop.sandbox.token}`);
    expect(text).toContain('last 200 of 210');
    expect([text.includes('>S-0-9<'), text.includes('>S-0-10<')]).toEqual([false, true]);
    expect(text).not.toContain('<img');
  });
});
