/** PHP's json_encode: slashes escaped, everything beyond ASCII as \uXXXX. */
export function phpText(body: unknown): string {
  return JSON.stringify(body)
    .replace(/\//g, '\\/')
    .replace(
      /[\u0080-\uffff]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}
