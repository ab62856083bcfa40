const formats = new Map<string, Intl.NumberFormat>();

/** Cents as the reader's language writes money. */
export function formatMoney(cents: number, currency: string): string {
  let format = formats.get(currency);
  if (!format) {
    format = new Intl.NumberFormat(navigator.language, { style: "currency", currency });
    formats.set(currency, format);
  }
  return format.format(cents / 100);
}
