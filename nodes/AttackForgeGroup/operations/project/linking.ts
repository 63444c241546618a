import { ServiceFailure } from '../../../shared/core/errors';
import { defineOperation, type OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { groupParameter, projectParameter, readGroupId, readId } from '../parameters';

type Linking = Pick<OperationFile<AttackForge>, 'operation' | 'name' | 'action' | 'description'> & {
	change(groups: readonly string[], groupId: string): string[];
};

/**
 * Links or unlinks: reads the project's groups, writes the full list, since the list replaces the present one, and reads
 * it back. Somebody else's change in between cannot be prevented; one that shows is reported and not undone.
 */
export function linking({ change, ...head }: Linking): OperationFile<AttackForge> {
	return defineOperation<AttackForge>({
		...head,
		resource: 'project',
		parameters: [projectParameter(), groupParameter(), optionsCollection()],
		prepare(item, api) {
			const projectId = readId(item, 'projectId', 'Project ID');
			const groupId = readGroupId(item);
			return {
				record: projectId,
				async run() {
					const before = await api.getProjectGroups(projectId);
					const wanted = change(before, groupId);
					const output = { project_id: projectId, group_id: groupId, groups: wanted };
					if (sameIds(before, wanted)) return { ...output, _outcome: 'unchanged' };
					await api.setProjectGroups(projectId, wanted);
					const after = await api.getProjectGroups(projectId);
					if (!sameIds(after, wanted)) throw changedMeanwhile(wanted, after);
					return { ...output, _outcome: 'updated' };
				},
			};
		},
	});
}

const sameIds = (a: readonly string[], b: readonly string[]) =>
	a.length === b.length && [...a].sort().every((id, index) => id === [...b].sort()[index]);

const changedMeanwhile = (wanted: readonly string[], after: readonly string[]) =>
	new ServiceFailure(
		`The groups of the project were changed by somebody else at the same time: written were ${wanted.join(', ') || 'none'}, now there are ${after.join(', ') || 'none'}`,
		'Nothing was undone. Check the groups of the project, and run this item again if it is still needed.',
	);
