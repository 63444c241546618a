import { testLaw } from './suite';

testLaw('address');
