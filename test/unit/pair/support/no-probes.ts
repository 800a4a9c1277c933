import type { Probes, ProbeSource } from '../../../../src/probe/types.ts';

const probes: Probes = {
  findings: [],
  follow: () => undefined,
  ask: () => Promise.resolve({ health: 'Silent', port: 'Silent' }),
  [Symbol.dispose]: () => undefined,
};

/** A prober to which nobody answers. */
export const noProbes: ProbeSource = { open: () => probes };
