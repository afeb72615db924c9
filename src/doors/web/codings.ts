/** Which coding an answer travels in: what the caller accepts (RFC 9110 §12.5.3), and of that what costs least. */

export const CODINGS = ['zstd', 'br', 'gzip'] as const;

export type Coding = (typeof CODINGS)[number];

/** A weight of the header's own form; what has another form is not accepted. */
const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

/** The coding that the caller likes best, and among equals the first of `CODINGS`; null where it likes none better. */
export function codingFor(accepted: string | string[] | undefined): Coding | null {
  if (accepted === undefined) return null;
  const weights = weightsIn(String(accepted));
  const any = weights.get('*') ?? 0;
  // As it is, an answer is taken by everybody who didn't refuse it; one who names it with a weight ranks it.
  let best = weights.get('identity') ?? 0;
  let coding: Coding | null = null;
  for (const one of CODINGS) {
    const weight = weights.get(one) ?? (one === 'gzip' ? weights.get('x-gzip') : undefined) ?? any;
    if (weight > best || (weight === best && weight > 0 && coding === null)) {
      best = weight;
      coding = one;
    }
  }
  return coding;
}

function weightsIn(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const item of header.split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(WEIGHT.exec(weight)?.[1] ?? 0));
  }
  return weights;
}
