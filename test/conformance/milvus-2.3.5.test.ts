import { compareWithRealServer } from './support/compare.ts';

compareWithRealServer('2.3.5');
