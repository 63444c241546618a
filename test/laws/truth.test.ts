import { testLaw } from './suite';

testLaw('truth');
