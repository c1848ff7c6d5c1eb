import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { at, startCompany, textAt, type Answer, type Company } from '../support';

const code = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.code');
const detail = (answer: Answer): unknown => at(answer.body, 'Fault.Error.0.Detail');

describe('Q9 names', () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({ country: 'GB' });
  });
  afterAll(() => company.sandbox.close());

  it('are shared by customers, vendors and employees, without case', async () => {
    await company.post('vendor', { DisplayName: 'Acme' });
    const answer = await company.post('customer', { DisplayName: 'ACME' });
    expect([code(answer), detail(answer)]).toEqual([
      '6240',
      'The name supplied already exists. : Another vendor is already using this name. ' +
        'Please use a different name.',
    ]);
  });

  it('hold no colon and are needed', async () => {
    expect(code(await company.post('customer', { DisplayName: 'a:b' }))).toBe('2040');
    expect(code(await company.post('customer', { Notes: 'x' }))).toBe('6080');
  });

  it('are marked when inactive and free for another', async () => {
    const made = await company.post('customer', { DisplayName: 'Old' });
    const id = textAt(made.body, 'Customer.Id');
    const off = await company.post('customer', {
      Id: id,
      SyncToken: '0',
      sparse: true,
      Active: false,
    });
    expect(at(off.body, 'Customer.DisplayName')).toBe('Old (deleted)');
    expect((await company.post('customer', { DisplayName: 'Old' })).status).toBe(200);
    const back = await company.post('customer', {
      Id: id,
      SyncToken: '1',
      sparse: true,
      Active: true,
      DisplayName: 'Old',
    });
    expect(code(back)).toBe('6240');
  });

  it('are unique among items without case, while a SKU is not', async () => {
    const income = at(company.given, 'ids.accounts.Sales of Product Income');
    const item = { Type: 'NonInventory', Sku: 'S', IncomeAccountRef: { value: income } };
    expect((await company.post('item', { ...item, Name: '85123A' })).status).toBe(200);
    expect(code(await company.post('item', { ...item, Name: '85123a' }))).toBe('6240');
    expect((await company.post('item', { ...item, Name: '85123a~2' })).status).toBe(200);
  });
});

it.each(['constructor', '__proto__'])('knows no entity named %s', async (name) => {
  const company = await startCompany();
  expect(code(await company.query(`select * from ${name}`))).toBe('4001');
  await company.sandbox.close();
});
