export type StopSignal = 'SIGINT' | 'SIGTERM';

/**
 * The first and the second signal to stop from now on. None ends the process by itself any more, not even one that
 * comes while the one before it is being answered.
 */
export function stopSignals(): readonly [first: Promise<StopSignal>, second: Promise<StopSignal>] {
  const waiting: ((signal: StopSignal) => void)[] = [];
  const next = (): Promise<StopSignal> => new Promise((resolve) => waiting.push(resolve));
  const signals = [next(), next()] as const;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => waiting.shift()?.(signal));
  return signals;
}
