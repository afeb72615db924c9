import type { ExecutionResult } from 'graphql';

/** The results for the values of a source, one by one as they are asked for. */
export function resultsOf(
  source: AsyncIterable<unknown>,
  result: (value: unknown) => Promise<ExecutionResult>,
): AsyncIterable<ExecutionResult> {
  const values = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const step = await values.next();
        return step.done === true ? DONE : { done: false, value: await result(step.value) };
      },
      async return() {
        await values.return?.();
        return DONE;
      },
    }),
  };
}

const DONE = { done: true, value: undefined } as const;
