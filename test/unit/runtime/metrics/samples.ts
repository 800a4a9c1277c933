import type { Registry } from 'prom-client';

/** Samples of a registry as a scraper reads them: `name{labels}` with its value, labels as they were written. */
export async function samplesOf(registry: Registry, name: RegExp): Promise<Record<string, string>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = lines.map((line) => {
    const space = line.lastIndexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
  return Object.fromEntries(samples.filter(([series]) => name.test(series)));
}
