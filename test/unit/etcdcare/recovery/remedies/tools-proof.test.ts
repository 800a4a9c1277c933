import { describe, expect, it } from '@jest/globals';
import { replaceMember } from '../../../../../src/etcdcare/recovery/remedies/replace-member/remedy.ts';
import type { Planned } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { crashing, etcdWith, now } from '../../support/facts.ts';
import { recovery } from '../support.ts';
import { endedJobs, result } from './ended-jobs.ts';
import { worldOf } from './worlds.ts';

/** Plans to replace etcd-2 where Jobs end so, and tells what they were. */
async function plan(ends: object): Promise<{ readonly planned: Planned; readonly scripts: readonly string[] }> {
  const { client, made } = endedJobs(() => ends);
  const asked = recovery({ action: 'ReplaceMember', target: { podName: 'etcd-2' } });
  const world = worldOf(etcdWith([crashing('etcd-2', 1, ['walpb: crc mismatch'])]));
  const planned = await replaceMember.plan({
    ...{ recovery: asked, world, client, now, watchNamespaces: [] },
    signal: new AbortController().signal,
  });
  return { planned, scripts: made.map(({ spec }) => spec.template.spec.containers[0]?.args?.[1] ?? '') };
}

describe('a plan whose Jobs nobody has tried', () => {
  it('is offered when a Job beside a healthy member has found every tool', async () => {
    const { planned, scripts } = await plan(result({ tool: 'etcdutl' }));
    expect(planned).toMatchObject({ state: 'Planned' });
    expect(scripts).toEqual(['check-tools']);
  });

  it('is refused before anybody approves it when the image has no shell, and says what to set', async () => {
    const message = 'exec: "bash": executable file not found in $PATH: unknown';
    const { planned } = await plan({ exitCode: 128, reason: 'StartError', message });
    expect(planned).toMatchObject({
      state: 'Refused',
      why: expect.stringContaining('set spec.toolsImage of EtcdGuard'),
    });
  });

  it('is refused when a tool is missing', async () => {
    const message = JSON.stringify({ ok: false, refusal: 'ToolMissing', message: 'the image has no etcdctl' });
    const { planned } = await plan({ exitCode: 25, message });
    expect(planned).toMatchObject({ state: 'Refused', why: expect.stringContaining('the image has no etcdctl') });
  });
});
