import { describeLaw } from './describeLaw';

describeLaw('preview', 'writes nothing in a preview, and does afterwards what the preview has said', 4);
