import { defineConfig, globalIgnores } from 'eslint/config';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * Imports between the rooms of src/ go one way. `base` (clock, log), `milvus` and `api` know nobody; `etcd` and `kube` know neither pairs
 * nor processes; `pair` knows api, milvus and the interfaces of etcd and kube; `runtime` and `main` wire.
 * Decisions are pure: nothing that does I/O may be imported from a folder named decide/.
 */
const room = (target, from, message) => ({ target: `./src/${target}`, from, message });
const others = (...rooms) => rooms.map((name) => `./src/${name}`);
const zones = [
  room(
    'base',
    others('api', 'milvus', 'pair', 'etcdcare', 'etcd', 'kube', 'probe', 'runtime', 'main.ts'),
    'base knows no other room',
  ),
  room(
    'api',
    others('base', 'milvus', 'pair', 'etcdcare', 'etcd', 'kube', 'probe', 'runtime', 'main.ts'),
    'api knows no other room',
  ),
  room(
    'milvus',
    others('api', 'pair', 'etcdcare', 'etcd', 'kube', 'probe', 'runtime', 'main.ts'),
    'milvus knows base alone',
  ),
  room(
    'etcd',
    others('api', 'pair', 'etcdcare', 'kube', 'probe', 'runtime', 'main.ts'),
    'etcd talks to etcd and knows only milvus',
  ),
  room(
    'kube',
    others('api', 'milvus', 'pair', 'etcdcare', 'etcd', 'probe', 'runtime', 'main.ts'),
    'kube talks to Kubernetes, nothing else',
  ),
  room(
    'probe',
    others('api', 'pair', 'etcdcare', 'etcd', 'kube', 'runtime', 'main.ts'),
    'probe asks Milvus processes and knows only milvus',
  ),
  room('etcdcare', others('pair', 'runtime', 'main.ts'), 'etcdcare looks after etcd and knows no pairs'),
  room('pair', others('etcdcare', 'runtime', 'main.ts'), 'pair is wired by runtime, not the other way'),
];

const ioModules = [
  'node:fs',
  'node:net',
  'node:http',
  'node:child_process',
  'node:timers',
  'undici',
  'etcd3',
  '@kubernetes/client-node',
];

export default defineConfig(
  globalIgnores(['build/', 'dist/', 'src/api/generated/', 'node_modules/']),
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.js'] }, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**/decide/**', 'src/etcdcare/diagnose/**', 'src/etcdcare/conditions/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ioModules,
          patterns: [
            '**/act.ts',
            '**/observe.ts',
            '**/kube/client.ts',
            '**/etcd/connection.ts',
            '**/probe/ask.ts',
            '**/probe/prober.ts',
          ],
        },
      ],
      'no-restricted-globals': ['error', 'fetch', 'setTimeout', 'setInterval', 'process'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'the clock is passed in' }],
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
