/**
 * A SKU as systems see it that tell neither case nor outer blanks apart and refuse `:` in names
 * (WooCommerce SKUs, woocommerce.md#products; QuickBooks names, quickbooks.md#items).
 */
export function foldSku(sku: string): string {
  return sku
    .replaceAll(/[:\t\r\n]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase()
    .normalize('NFC');
}

/** Both vendors take names of up to 100 characters. */
const codeMax = 100;

/**
 * The code under which those systems know the SKU: the SKU itself, or with the first free suffix
 * `~2`, `~3` ... when another article has the same folded code already.
 */
export function codeForSku(sku: string, isTaken: (folded: string) => boolean): string {
  for (let number = 1; ; number++) {
    const code = number === 1 ? sku : withEnd(sku, `~${number}`);
    if (!isTaken(foldSku(code))) return code;
  }
}

/** The code with this end, cut before it where the whole would be too long. */
export function withEnd(code: string, end: string): string {
  const kept = code.slice(0, codeMax - end.length);
  // The cut may have halved a pair.
  return kept.replace(/\p{Cs}$/u, '') + end;
}
