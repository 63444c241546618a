import { defineOperation } from '../../../shared/execution/operation';
import { recordParameters } from '../../../shared/fields/parameters';
import { isUnset } from '../../../shared/core/readValue';
import type { ThreatConnect } from '../../api/client';
import { table } from '../../fields/groupFields';
import { referenceKey } from '../../api/references';
import {
	readResponseOptions,
	assignXidOption,
	groupOptions,
	groupRecords,
	readCreation,
} from '../parameters';
import { keysShowing } from '../../flows/compareGroup';
import { createGroup } from '../../flows/createGroup';

export const create = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'create',
	name: 'Create',
	action: 'Create group',
	builderHint:
		'Makes a new group for each item, also when one of the same name exists: use upsert to keep groups in step with another system. type decides which fields additionalFields may hold: file fields of a Signature are parameters of their own (fileName, fileType, fileText).',
	description:
		'Create a group (an object of threat intelligence such as an incident, adversary or report, not a user group), with its tags, labels and indicators',
	parameters: [...recordParameters(table, 'create'), groupOptions(assignXidOption)],
	records: groupRecords,
	prepare(item, api) {
		const body = item.body('create');
		const creation = readCreation(item, readResponseOptions(item, body));
		return {
			// A later item with the same XID is refused. It must not take the group of the earlier item for its own.
			...(!isUnset(body.xid) && { orderKey: referenceKey({ xid: String(body.xid) }) }),
			sets: keysShowing(body),
			run: async () => (await createGroup(api, body, creation)).group,
		};
	},
});
