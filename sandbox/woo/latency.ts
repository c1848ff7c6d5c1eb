import { type Random } from '../random';
import { type RequestFacts, type VendorRequest } from '../server/vendor';

/**
 * How long a shop on two cores takes, in ms (woocommerce.md#timing: medians that were measured;
 * the spread around them is an assumption).
 */
const measured = {
  get: 81,
  list: 480,
  write: { min: 103, max: 129 },
  batchBase: 40,
  batchItem: 27.6,
  /** Four batches at once took 0.9 s where one took 0.7 s. */
  besideShare: 0.09,
  spreadPercent: 8,
};

export function latencyMs(
  request: VendorRequest,
  facts: RequestFacts,
  beside: number,
  random: Random,
): number {
  const crowd = 1 + measured.besideShare * beside;
  const spread = random.between(100 - measured.spreadPercent, 100 + measured.spreadPercent) / 100;
  return Math.round(aloneMs(request, facts, random) * crowd * spread);
}

function aloneMs(request: VendorRequest, facts: RequestFacts, random: Random): number {
  if (/\/batch\/?$/.test(request.path)) {
    return measured.batchBase + measured.batchItem * facts.operations;
  }
  if (facts.isWrite) return random.between(measured.write.min, measured.write.max);
  return /\/\d+\/?$/.test(request.path) ? measured.get : listMs(request);
}

/** A page of 100 takes 0.4 to 0.6 s; a shorter one hardly more than one object. */
function listMs(request: VendorRequest): number {
  const perPage = Number(request.query.get('per_page') ?? 10);
  const share = Number.isFinite(perPage) ? Math.max(0, Math.min(perPage, 100)) / 100 : 0.1;
  return measured.get + (measured.list - measured.get) * share;
}
