import { testLaw } from './suite';

testLaw('once');
