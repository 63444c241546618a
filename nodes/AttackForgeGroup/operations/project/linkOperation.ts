import { ServiceFailure } from '../../../shared/core/errors';
import type { JsonObject } from '../../../shared/core/json';
import { defineOperation, type OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { readThenWrite } from '../../../shared/http/readThenWrite';
import type { AttackForge } from '../../api/client';
import { groupParameter, projectParameter, readGroupId, readId } from '../parameters';

type LinkOperation = Pick<OperationFile<AttackForge>, 'operation' | 'name' | 'action' | 'description'> & {
	/** Whether the group is linked after the change. */
	links: boolean;
};

/**
 * Links or unlinks a group. It reads the project's groups, writes the full list, because the list replaces the present
 * one, and reads it back. The list is read again before each attempt. A change that somebody else makes between the
 * read and the write is overwritten, and cannot be seen. A change after the write is reported and not undone.
 */
export function linkOperation({ links, ...head }: LinkOperation): OperationFile<AttackForge> {
	return defineOperation<AttackForge>({
		...head,
		resource: 'project',
		parameters: [projectParameter(), groupParameter(), optionsCollection()],
		prepare(item, api) {
			const projectId = readId(item, 'projectId', 'Project');
			const groupId = readGroupId(item);
			return {
				orderKey: projectId,
				async run() {
					let present: string[] = [];
					const written = await readThenWrite({
						signal: api.signal,
						async read() {
							present = await api.getProjectGroups(projectId);
							return isLinked(present, groupId) === links ? undefined : changed(present, groupId, links);
						},
						write: async (groups) => await api.setProjectGroups(projectId, groups),
					});
					const output = { project_id: projectId, group_id: groupId, groups: written ?? present };
					if (!written) return { ...output, _outcome: 'unchanged' };
					return {
						...output,
						...(await readBack(api, projectId, groupId, links, written)),
						_outcome: 'updated',
					};
				},
			};
		},
	});
}

const same = (id: string) => id.toLowerCase();

const isLinked = (groups: readonly string[], groupId: string) => groups.map(same).includes(groupId);

const changed = (groups: readonly string[], groupId: string, links: boolean): string[] =>
	links ? [...groups, groupId] : groups.filter((id) => same(id) !== groupId);

/**
 * What the project shows after the change, if it differs from what was written. The change has been made, so a read
 * that fails must not fail the item. It may fail because the key's user was on the project only through the group.
 *
 * @throws ServiceFailure when the change has been undone meanwhile
 */
async function readBack(
	api: AttackForge,
	projectId: string,
	groupId: string,
	links: boolean,
	written: readonly string[],
): Promise<JsonObject> {
	let after: string[];
	try {
		after = await api.getProjectGroups(projectId);
	} catch (error) {
		const reason = (error as Error).message;
		return {
			_notice: `The groups of the project were written, but could not be read back (${reason}): these are the groups as they were sent.`,
		};
	}
	if (isLinked(after, groupId) !== links) throw changedMeanwhile(written, after);
	if (sameIds(after, written)) return {};
	return {
		groups: after,
		_notice: `The groups of the project were also changed by somebody else: written were ${listOf(written)}, now there are ${listOf(after)}. Nothing was undone.`,
	};
}

const sameIds = (a: readonly string[], b: readonly string[]) =>
	a.length === b.length && a.every((id) => isLinked(b, same(id)));

const listOf = (ids: readonly string[]) => ids.join(', ') || 'none';

const changedMeanwhile = (written: readonly string[], after: readonly string[]) =>
	new ServiceFailure(
		`The groups of the project were changed by somebody else at the same time: written were ${listOf(written)}, now there are ${listOf(after)}`,
		'Nothing was undone. Check the groups of the project, and run this item again if it is still needed.',
	);
