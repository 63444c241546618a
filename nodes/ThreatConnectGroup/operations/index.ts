import type { OperationFile } from '../../shared/items';
import type { ThreatConnect } from '../api';
import { download } from './file/download';
import { downloadPdf } from './file/downloadPdf';
import { upload } from './file/upload';
import { bulkImport } from './group/bulkImport';
import { create } from './group/create';
import { update } from './group/update';

/** All operations of the node, in the order of the drop-down. */
export const operations: ReadonlyArray<OperationFile<ThreatConnect>> = [
	create,
	update,
	bulkImport,
	upload,
	download,
	downloadPdf,
];
