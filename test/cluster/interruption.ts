const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `cleanUp` when this process is told to end, and then lets the signal do what it does: whoever waits for this
 * process sees that it was interrupted. Later signals change nothing while it cleans up.
 * @returns takes the handlers away again.
 */
export function onInterruption(cleanUp: (signal: NodeJS.Signals) => Promise<void>): () => void {
  let handling = false;
  let released = false;
  const release = () => {
    released = true;
    if (!handling) for (const name of signals) process.removeListener(name, handle);
  };
  function handle(signal: NodeJS.Signals): void {
    if (handling || released) return;
    handling = true;
    void cleanUp(signal)
      .catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
      .finally(() => {
        for (const name of signals) process.removeListener(name, handle);
        process.kill(process.pid, signal);
      });
  }
  for (const name of signals) process.on(name, handle);
  return release;
}
