import { useEffect, useState } from 'preact/hooks';

export interface Loaded<Value> {
  /** What came last; null before anything did. It stays while something newer is asked for. */
  readonly value: Value | null;
  readonly fault: Error | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** What a page asks for, anew whenever one of the values that it depends on changes. */
export function useLoaded<Value>(
  load: () => Promise<Value>,
  dependsOn: readonly (string | number | boolean | null)[],
): Loaded<Value> {
  const [state, setState] = useState<Omit<Loaded<Value>, 'reload'>>({
    value: null,
    fault: null,
    isLoading: true,
  });
  const [times, setTimes] = useState(0);
  useEffect(() => {
    let isGone = false;
    setState(({ value, fault }) => ({ value, fault, isLoading: true }));
    load().then(
      (value) => {
        if (!isGone) setState({ value, fault: null, isLoading: false });
      },
      (fault: Error) => {
        if (!isGone) setState(({ value }) => ({ value, fault, isLoading: false }));
      },
    );
    return () => {
      isGone = true;
    };
  }, [...dependsOn, times]);
  return { ...state, reload: () => setTimes((before) => before + 1) };
}
