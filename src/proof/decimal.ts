/**
 * Whether a double gives a decimal number back as the value that was written: `1.50e1` is `15` and `-0` is `0`, but
 * `1e-400` would become 0, and a seventeenth digit another one. `text` is a number of JSON; what is none is for its
 * parser to refuse. Linear in the text.
 */
export function keepsValue(text: string): boolean {
  const value = Number(text);
  if (Number.isNaN(value)) return true;
  return Number.isFinite(value) && decimalOf(text) === decimalOf(String(value));
}

/** A decimal number in one spelling, so that `1.50e1` and `15` compare equal and a lost digit doesn't. */
function decimalOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole.replace('-', '') + fraction;
  let start = 0;
  while (digits[start] === '0') start += 1;
  if (start === digits.length) return '0';
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const scale = Number(exponent) - fraction.length + (digits.length - end);
  return `${mantissa.startsWith('-') ? '-' : ''}${digits.slice(start, end)}e${scale}`;
}
