import { describe, expect, it } from '@jest/globals';
import { reportOf } from '../../e2e/support/permissions.ts';

describe('the report on permissions', () => {
  const granted = ['get /secrets', 'patch /pods'];
  const use = (used: readonly string[], denied: readonly string[] = []) => ({
    used: new Set(used),
    denied: new Set(denied),
  });

  it('lists what no cluster saw in use', () => {
    expect(reportOf(granted, [use([]), use(['patch /pods'])])).toEqual({ neverUsed: ['get /secrets'], missing: [] });
  });

  it('lists what was denied because the chart does not grant it, not what an uninstalled operator was denied', () => {
    const denied = use(granted, ['patch /pods', 'delete /pods', 'create /pods']);
    expect(reportOf(granted, [denied]).missing).toEqual(['create /pods', 'delete /pods']);
  });
});
