import { compareWithRealServer } from './support/compare.ts';

compareWithRealServer('2.2.16');
