import { describeLaw } from './describeLaw';

describeLaw('once', 'does nothing again that is done', 2);
