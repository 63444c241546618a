import { testLaw } from './suite';

testLaw('frame');
