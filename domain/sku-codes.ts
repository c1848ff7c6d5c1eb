/**
 * A SKU as systems see it that tell neither case nor outer blanks apart and refuse `:` in names
 * (WooCommerce SKUs, woocommerce.md section 7; QuickBooks names, quickbooks.md section 14).
 */
export function foldSku(sku: string): string {
  return sku
    .replaceAll(/[:\t\r\n]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase()
    .normalize('NFC');
}

/**
 * The code under which those systems know the SKU: the SKU itself, or with the first free suffix `~2`,
 * `~3` ... when another article has the same folded code already.
 */
export function codeForSku(sku: string, isTaken: (folded: string) => boolean): string {
  for (let number = 1; ; number++) {
    const code = number === 1 ? sku : `${sku}~${number}`;
    if (!isTaken(foldSku(code))) return code;
  }
}
