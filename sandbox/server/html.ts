/** A text that stands in HTML, or a part of a page that is HTML already. */
export interface Html {
  html: string;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Template tag: every value is escaped unless it is `Html` itself; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return { html: parts.reduce((page, part, place) => page + text(values[place - 1]) + part) };
}

type HtmlValue = string | number | Html | readonly Html[] | undefined;

function text(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escaped(String(value));
  return 'html' in value ? value.html : value.map((one) => one.html).join('');
}

function escaped(plain: string): string {
  return plain.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
