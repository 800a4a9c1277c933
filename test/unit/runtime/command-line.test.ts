import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from '../../../src/runtime/command-line.ts';
import { settings } from '../../../src/runtime/config-settings.ts';

const environment = { env: { POD_NAMESPACE: 'system' }, hostname: 'host', serviceAccountNamespace: () => undefined };

describe('readCommandLine', () => {
  it('gives the configuration that the flags ask for', () => {
    expect(readCommandLine(['--watch-namespaces=a,b', '--log-level', 'debug'], environment)).toMatchObject({
      kind: 'run',
      config: { watchNamespaces: ['a', 'b'], logLevel: 'debug' },
    });
  });

  it('takes an empty list for all namespaces', () => {
    expect(readCommandLine(['--watch-namespaces='], environment)).toMatchObject({ config: { watchNamespaces: [] } });
  });

  it('prints every flag with its environment variable for --help', () => {
    const result = readCommandLine(['--help'], environment);
    expect(result).toMatchObject({ kind: 'exit', code: 0, stderr: '' });
    const help = result.kind === 'exit' ? result.stdout.replaceAll(/\s+/g, ' ') : '';
    for (const { flag, env } of Object.values(settings)) {
      expect(help).toContain(`${flag} `);
      expect(help).toContain(`env: ${env})`);
    }
  });

  it('prints the version alone for --version', () => {
    expect(readCommandLine(['--version'], environment)).toEqual({
      kind: 'exit',
      code: 0,
      stdout: '0.0.0-source\n',
      stderr: '',
    });
  });

  it.each([
    [['--watch-namespace=a'], "unknown option '--watch-namespace=a'"],
    [['now'], 'too many arguments'],
    [['--concurrency'], "option '--concurrency <count>' argument missing"],
    [['--concurrency=many'], '--concurrency (or CONCURRENCY) is "many"; it must be a whole number from 1 to 256'],
  ])('ends with code 2 and says why for %j', (argv, words) => {
    const result = readCommandLine(argv, environment);
    expect(result).toMatchObject({ kind: 'exit', code: 2, stdout: '' });
    expect(result).toHaveProperty('stderr', expect.stringContaining(words));
  });
});
