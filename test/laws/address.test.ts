import { describeLaw } from './describeLaw';

describeLaw('address', 'changes only the record that the item names', 2);
