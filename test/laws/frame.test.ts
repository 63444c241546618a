import { describeLaw } from './describeLaw';

describeLaw('frame', 'leaves as it is what the item does not say', 2);
