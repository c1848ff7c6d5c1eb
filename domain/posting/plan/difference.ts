import { addDecimals, negateDecimal, signOf, sumMinor } from '../../money';
import { grouped, groupKey, isNothing, type PostedAmount, type PostedSale } from './posted-sale';

// What is to be added to the books and what to be taken away, where the documents that are there
// may not be touched: new minus old by article, tax code and kind, to the cent
// (accounting.md#edits, #closed).

export interface Difference {
  /** To be given back, amounts on the sale's own side; null where nothing is. */
  taken: PostedSale | null;
  added: PostedSale | null;
}

/**
 * From what is posted (`net`, the sum of all documents of a part) to what is wanted. Another
 * customer or tender moves all of it. `movesStock`: an amount without pieces would move one there,
 * so of such an article the whole is taken away and added anew.
 */
export function differenceOf(
  net: PostedSale,
  wanted: PostedSale | null,
  movesStock: (sku: string) => boolean,
): Difference {
  if (wanted === null) return { taken: net, added: null };
  if (isNothing(net)) return { taken: null, added: wanted };
  if (hasOtherHead(net, wanted)) return whole(net, wanted);
  const taken: PostedAmount[] = [];
  const added: PostedAmount[] = [];
  const old = new Map(net.amounts.map((amount) => [groupKey(amount), amount]));
  for (const amount of wanted.amounts) {
    const before = old.get(groupKey(amount));
    old.delete(groupKey(amount));
    if (before === undefined) added.push(amount);
    else splitChange({ before, after: amount }, movesStock, taken, added);
  }
  taken.push(...old.values());
  const restMinor = restOf(wanted) - restOf(net);
  if (taken.length === 0 && added.length === 0) return whole(net, wanted);
  // Cents that belong to no amount go where they have their own sign, or to the only document there
  // is.
  const isOfAdded = added.length > 0 && (restMinor > 0 || taken.length === 0);
  const takenSale = saleOf(net, taken, isOfAdded ? 0 : 0 - restMinor);
  const addedSale = saleOf(wanted, added, isOfAdded ? restMinor : 0);
  const totals = [takenSale?.totalMinor ?? 0, addedSale?.totalMinor ?? 0];
  // One of the two below zero could not be posted, nor one of any amount where no tender has it.
  if (totals.some((minor) => minor < 0 || (minor !== 0 && hasNoMoney(wanted))))
    return whole(net, wanted);
  return { taken: takenSale, added: addedSale };
}

function hasNoMoney({ tender, isOnAccount }: PostedSale): boolean {
  return tender === null && !isOnAccount;
}

function whole(net: PostedSale, wanted: PostedSale): Difference {
  return { taken: net, added: isNothing(wanted) ? null : wanted };
}

function hasOtherHead(net: PostedSale, wanted: PostedSale): boolean {
  return (
    net.tender !== wanted.tender ||
    net.isOnAccount !== wanted.isOnAccount ||
    net.customerId !== wanted.customerId ||
    net.currency !== wanted.currency ||
    net.exchangeRate?.rate !== wanted.exchangeRate?.rate ||
    net.pricesIncludeTax !== wanted.pricesIncludeTax
  );
}

/** One amount that is there before and after: what it grew or shrank by, or all of it both ways. */
function splitChange(
  { before, after }: { before: PostedAmount; after: PostedAmount },
  movesStock: (sku: string) => boolean,
  taken: PostedAmount[],
  added: PostedAmount[],
): void {
  const quantity = addDecimals(after.quantity, negateDecimal(before.quantity));
  const netMinor = after.netMinor - before.netMinor;
  const taxMinor = after.taxMinor - before.taxMinor;
  const pieces = signOf(quantity);
  if (netMinor === 0 && taxMinor === 0 && pieces === 0) return;
  const sign = Math.sign(netMinor + taxMinor);
  const isOneWay =
    sign * netMinor >= 0 && sign * taxMinor >= 0 && sign !== 0 && (pieces === 0 || pieces === sign);
  const mayBeMoneyAlone =
    pieces !== 0 || before.kind !== 'item' || before.isKept || !movesStock(before.key);
  if (!isOneWay || !mayBeMoneyAlone) {
    taken.push(before);
    added.push(after);
  } else if (sign > 0) added.push({ ...after, quantity, netMinor, taxMinor });
  else
    taken.push({
      ...before,
      quantity: negateDecimal(quantity),
      netMinor: 0 - netMinor,
      taxMinor: 0 - taxMinor,
    });
}

/** What the total is beside its amounts: cents of rounding. */
function restOf(sale: PostedSale): number {
  return sale.totalMinor - sumOf(sale.amounts);
}

function sumOf(amounts: readonly PostedAmount[]): number {
  return sumMinor(amounts.map((amount) => amount.netMinor + amount.taxMinor));
}

function saleOf(head: PostedSale, amounts: PostedAmount[], restMinor: number): PostedSale | null {
  if (amounts.length === 0 && restMinor === 0) return null;
  return { ...head, amounts: grouped(amounts), totalMinor: sumOf(amounts) + restMinor };
}

/** What is posted once one more document is. The head is the newest one's that adds. */
export function after(net: PostedSale, step: PostedSale, isAdded: boolean): PostedSale {
  const turned = (minor: number): number => (isAdded ? minor : 0 - minor);
  const amounts = step.amounts.map((amount) => ({
    ...amount,
    quantity: isAdded ? amount.quantity : negateDecimal(amount.quantity),
    netMinor: turned(amount.netMinor),
    taxMinor: turned(amount.taxMinor),
  }));
  return {
    ...(isAdded ? step : net),
    amounts: grouped([...net.amounts, ...amounts]),
    totalMinor: net.totalMinor + turned(step.totalMinor),
  };
}
