import type { INodeProperties } from 'n8n-workflow';

import { defineOperation, type OperationFile } from '../../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../../shared/execution/options';
import type { JsonObject } from '../../../shared/core/json';
import type { AttackForge } from '../../api/client';
import { changeOnce, type Membership } from '../../flows/membership';
import {
	accessLevelParameter,
	groupParameter,
	readAccessLevel,
	readGroupId,
	readUser,
	userParameter,
} from '../parameters';

type MembershipOperation = Pick<
	OperationFile<AttackForge>,
	'operation' | 'name' | 'action' | 'description' | 'builderHint'
> & {
	notices?: INodeProperties[];
	/** If absent, the form asks for the access level. */
	level?: string;
	act(api: AttackForge, membership: Membership, level: string): Promise<unknown>;
	/** Whether the group is as the change makes it. @param member `undefined` for a user who is not a member */
	isDone(member: JsonObject | undefined, level: string): boolean;
	/** What the output says in addition to the group and the user. */
	output(level: string, wasDone: boolean): JsonObject;
	/** What the output says when there was nothing to do. */
	nothingToDo: string;
};

/**
 * Adds a member, changes the access of one, or removes one. If AttackForge refuses a repetition, there is nothing to
 * do.
 */
export function membershipOperation({
	notices = [],
	level,
	act,
	isDone,
	output,
	nothingToDo,
	...head
}: MembershipOperation): OperationFile<AttackForge> {
	return defineOperation<AttackForge>({
		...head,
		resource: 'member',
		parameters: [
			...notices,
			groupParameter(),
			userParameter(),
			...(level === undefined ? [accessLevelParameter()] : []),
			optionsCollection(previewOption),
		],
		prepare(item, api) {
			const groupId = readGroupId(item);
			const user = readUser(item);
			const wanted = level ?? readAccessLevel(item);
			return {
				orderKey: groupId,
				async run() {
					const userId = await api.userId(user);
					const done = await changeOnce(api, {
						groupId,
						userId,
						act: async () => await act(api, { groupId, userId }, wanted),
						isDone: (member) => isDone(member, wanted),
					});
					return {
						...output(wanted, done === undefined),
						group_id: groupId,
						user_id: userId,
						...(level === undefined && { access_level: wanted }),
						...(done
							? { status: done.status, _outcome: 'updated' }
							: { _outcome: 'unchanged', _notice: nothingToDo }),
					};
				},
			};
		},
	});
}
