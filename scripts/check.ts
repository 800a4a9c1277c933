/**
 * Holds what is generated against what it is made from, and shell files against shellcheck. With --write it brings the
 * generated files up to date instead.
 *
 *     node scripts/check.ts [--write]
 */
import { execFileSync } from 'node:child_process';
import { ensureDebianPackages } from '../test/cluster/packages.ts';

const write = process.argv.includes('--write');
const generators = ['generate-types', 'generate-reference', 'sync-chart', 'sync-docs'];

for (const generator of generators)
  execFileSync(process.execPath, [`scripts/${generator}.ts`, ...(write ? [] : ['--check'])], { stdio: 'inherit' });
if (!write) await checkShell();

/** Every file under git that begins as a shell script. */
async function checkShell(): Promise<void> {
  const listed = execFileSync('git', ['grep', '-lE', '^#!/(usr/)?bin/(env )?(ba)?sh', '--', ':!docs'], {
    encoding: 'utf8',
  });
  await ensureDebianPackages(['shellcheck']);
  execFileSync('shellcheck', listed.trim().split('\n'), { stdio: 'inherit' });
}
