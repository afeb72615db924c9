/** Acts on each, some at a time. Behind the first error nothing else begins; it is thrown when what runs has ended. */
export async function actOnEach<T>(
  all: readonly T[],
  width: number,
  act: (one: T) => Promise<void>,
): Promise<void> {
  const waiting = all.values();
  const errors: unknown[] = [];
  const work = async () => {
    for (const one of waiting) {
      if (errors.length > 0) return;
      await act(one).catch((error: unknown) => void errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  if (errors.length > 0) throw errors[0];
}
