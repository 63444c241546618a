import type { OperationFile } from '../../shared/execution/operation';
import type { AttackForge } from '../api/client';
import { getMany as getAssets } from './asset/getMany';
import { archive } from './group/archive';
import { create } from './group/create';
import { get } from './group/get';
import { getMany as getGroups } from './group/getMany';
import { restore } from './group/restore';
import { update } from './group/update';
import { upsert } from './group/upsert';
import { add } from './member/add';
import { changeAccess } from './member/changeAccess';
import { getGroups as getGroupsOfUser } from './member/getGroups';
import { getMany as getMembers } from './member/getMany';
import { remove } from './member/remove';
import { getMany as getProjects } from './project/getMany';
import { link } from './project/link';
import { unlink } from './project/unlink';
import { getMany as getUsers } from './user/getMany';
import { getMany as getVulnerabilities } from './vulnerability/getMany';

/** All operations of the node, in the order of the drop-downs. */
export const operations: ReadonlyArray<OperationFile<AttackForge>> = [
	getAssets,
	archive,
	create,
	upsert,
	get,
	getGroups,
	restore,
	update,
	add,
	changeAccess,
	getGroupsOfUser,
	getMembers,
	remove,
	getProjects,
	link,
	unlink,
	getUsers,
	getVulnerabilities,
];
