import type { OperationFile } from '../../shared/execution/operation';
import type { ThreatConnect } from '../api/client';
import { addAssociations } from './association/add';
import { getGroupsOfIndicator } from './association/getGroups';
import { getAssociations } from './association/getMany';
import { removeAssociations } from './association/remove';
import { addAttributeToGroup } from './attribute/add';
import { deleteAttributeOfGroup } from './attribute/delete';
import { getAttributes } from './attribute/getMany';
import { updateAttributeOfGroup } from './attribute/update';
import { download } from './file/download';
import { downloadPdf } from './file/downloadPdf';
import { upload } from './file/upload';
import { bulkDelete } from './group/bulkDelete';
import { bulkImport } from './group/bulkImport';
import { countGroups } from './group/count';
import { create } from './group/create';
import { deleteGroup } from './group/delete';
import { get } from './group/get';
import { getMany } from './group/getMany';
import { update } from './group/update';
import { upsert } from './group/upsert';
import { addPost } from './post/add';
import { deletePost } from './post/delete';
import { getPosts } from './post/getMany';
import { reply } from './post/reply';
import { addSecurityLabels } from './securityLabel/add';
import { removeSecurityLabels } from './securityLabel/remove';
import { addTags } from './tag/add';
import { removeTags } from './tag/remove';

/** All operations of the node, in the order of the drop-down. */
export const operations: ReadonlyArray<OperationFile<ThreatConnect>> = [
	addAssociations,
	getGroupsOfIndicator,
	getAssociations,
	removeAssociations,
	bulkDelete,
	bulkImport,
	countGroups,
	create,
	upsert,
	deleteGroup,
	get,
	getMany,
	update,
	upload,
	download,
	downloadPdf,
	addAttributeToGroup,
	deleteAttributeOfGroup,
	getAttributes,
	updateAttributeOfGroup,
	addPost,
	deletePost,
	getPosts,
	reply,
	addSecurityLabels,
	removeSecurityLabels,
	addTags,
	removeTags,
];
