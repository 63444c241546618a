import { describeLaw } from './describeLaw';

describeLaw('truth', 'says what the records say', 4);
