import { describe, expect, it } from '@jest/globals';

import { putConnection, saveFacts } from '../../database/connections';
import { postingInForce } from '../../database/settings';
import { initialPostingSettings } from '../../domain/posting/settings';
import { companyFacts } from '../support/company-facts';
import { nowhere, withApi, tenantNumber, type ApiTenant, type Called } from '../support/api';

const api = withApi({ temporalAddress: nowhere });

describe('settings part posting', () => {
  const gross = { ...initialPostingSettings, discount: { mode: 'gross' } };
  const put = (owner: ApiTenant, value: object, etag: string): Promise<Called> =>
    api.call('PUT', owner.path('/settings/posting'), {
      key: owner.keys.admin,
      body: value,
      headers: { 'if-match': etag },
    });

  it('begins with the start values, and is in force as soon as it is stored', async () => {
    const own = await api.createTenant();
    const first = await api.call('GET', own.path('/settings/posting'), { key: own.keys.viewer });
    expect(first).toMatchObject({
      status: 200,
      body: { revision: 0, value: initialPostingSettings },
    });
    const pool = api.database.pool;
    const id = await tenantNumber(api, own);
    expect(await postingInForce(pool, id)).toEqual({ rev: 0, value: initialPostingSettings });
    expect(await put(own, gross, '"0"')).toMatchObject({ status: 202, body: { revision: 1 } });
    expect(await postingInForce(pool, id)).toMatchObject({ value: gross });
    expect((await put(own, gross, '"0"')).status).toBe(409);
  });

  it('is refused where it does not fit the company, or hides more than cents', async () => {
    const own = await api.createTenant();
    const id = await tenantNumber(api, own);
    const { pool } = api.database;
    await putConnection(pool, id, {
      system: 'qbo',
      address: 'http://x',
      account: `company of ${id}`,
      sealed: '',
    });
    await saveFacts(pool, id, 'qbo', { ...companyFacts, country: 'GB' });
    expect(await put(own, gross, '"0"')).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'discount.mode' }] },
    });
    await saveFacts(pool, id, 'qbo', { ...companyFacts, allowDiscount: false });
    expect((await put(own, gross, '"0"')).status).toBe(422);
    await saveFacts(pool, id, 'qbo', companyFacts);
    expect((await put(own, gross, '"0"')).status).toBe(202);
    const wide = { ...initialPostingSettings, rounding: { centsPerLine: 1, centsMax: 500 } };
    expect((await put(own, wide, '"1"')).status).toBe(422);
  });

  it('takes what is built of the books, and refuses what is not', async () => {
    const own = await api.createTenant();
    const waiting = {
      ...initialPostingSettings,
      unpaid: { as: 'wait' },
      customer: { guest: 'perEmail' },
      item: { unmapped: 'create' },
      refund: { amountOnlyTax: 'none', invoice: 'creditMemo' },
    };
    expect((await put(own, waiting, '"0"')).status).toBe(202);
    expect(await postingInForce(api.database.pool, await tenantNumber(api, own))).toMatchObject({
      value: waiting,
    });
    for (const change of [
      { customer: { guest: 'summary' } },
      { item: { unmapped: 'guess' } },
      { unpaid: { as: 'never' } },
      { refund: { ...initialPostingSettings.refund, invoice: 'cash' } },
    ])
      expect(await put(own, { ...initialPostingSettings, ...change }, '"1"')).toMatchObject({
        status: 422,
        body: { code: 'invalid' },
      });
  });

  it('switches the mode at days without tickets only, and each switch changes it', async () => {
    const own = await api.createTenant();
    const id = await tenantNumber(api, own);
    const { pool } = api.database;
    const switched = (...switches: object[]): object => ({
      ...initialPostingSettings,
      mode: { switches },
    });
    const summary = { fromDay: '2026-11-20', mode: 'summary' };
    expect(
      await put(own, switched(summary, { ...summary, mode: 'perOrder' }), '"0"'),
    ).toMatchObject({ status: 422, body: { errors: [{ path: 'mode.switches' }] } });
    expect((await put(own, switched({ ...summary, mode: 'perOrder' }), '"0"')).status).toBe(422);
    await pool.query(
      `INSERT INTO business_days (tenant, day, mode) VALUES ($1, '2026-11-21', 'perOrder')`,
      [id],
    );
    const late = await put(own, switched(summary), '"0"');
    expect(late).toMatchObject({ status: 409, body: { code: 'day_has_tickets' } });
    expect((await put(own, switched({ ...summary, fromDay: '2026-11-22' }), '"0"')).status).toBe(
      202,
    );
  });
});
