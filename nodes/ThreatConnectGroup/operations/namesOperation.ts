import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { readEntries, readLong } from '../../shared/core/readValue';
import type { Item } from '../../shared/execution/item';
import { defineOperation, type OperationFile } from '../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../shared/execution/options';
import { type FieldType, labelOf } from '../../shared/fields/field';
import type { ThreatConnect } from '../api/client';
import { referenceKey } from '../api/references';
import { changeNames } from '../flows/changeNames';
import { activityLogOption, groupParameters, readActivityLog, readReference } from './parameters';

/** An input for several names, each of which becomes `{ [key]: name }`. */
type NamesInput = {
	key: string;
	control: Pick<INodeProperties, 'name' | 'displayName'> & Partial<INodeProperties>;
};

type NamesOperation = Pick<
	OperationFile<ThreatConnect>,
	'resource' | 'operation' | 'name' | 'action' | 'description' | 'builderHint'
> & {
	list: 'tags' | 'securityLabels';
	/** The list as Update reads it. */
	kind: FieldType;
	mode: 'append' | 'delete';
	inputs: readonly [NamesInput, ...NamesInput[]];
	/** What the output says when there was nothing to do. */
	nothingToDo: string;
};

/** Adds tags or labels to a group, or removes them. What is done already is no failure. */
export function namesOperation({
	list,
	kind,
	mode,
	inputs,
	nothingToDo,
	...head
}: NamesOperation): OperationFile<ThreatConnect> {
	return defineOperation<ThreatConnect>({
		...head,
		parameters: [
			...groupParameters('searchWritableOwners'),
			...inputs.map(({ control }): INodeProperties => ({ ...control, type: 'string', default: '' })),
			optionsCollection(activityLogOption, previewOption),
		],
		prepare(item, api) {
			const reference = readReference(item, api);
			const entries = readNames(item, kind, inputs);
			const options = { createActivityLog: readActivityLog(item) };
			return {
				orderKey: referenceKey(reference),
				async run() {
					const done = await changeNames(api, reference, { list, entries, mode, options });
					const { id, changed, unchanged, names, notice } = done;
					const isUnchanged = changed.length === 0;
					const said = notice ?? (isUnchanged ? nothingToDo : undefined);
					return {
						groupId: id,
						...(mode === 'append'
							? { added: changed, alreadyThere: unchanged }
							: { removed: changed, notThere: unchanged }),
						...(names && { [list]: names }),
						_outcome: isUnchanged ? 'unchanged' : 'updated',
						...(said !== undefined && { _notice: said }),
					};
				},
			};
		},
	});
}

const label = ({ control }: NamesInput): string => labelOf(control);

/**
 * Tags or labels without what else an object says of them: that would change the tag of the instance.
 *
 * @throws InvalidInput when nothing is named
 */
function readNames(item: Item, kind: FieldType, inputs: NamesOperation['inputs']): JsonObject[] {
	const [first] = inputs;
	const given = inputs.flatMap((input) =>
		readEntries(rowsOf(item.parameter(input.control.name)), label(input)).map((entry) =>
			isJsonObject(entry) ? entry : { [input.key]: entry },
		),
	);
	const context = { label: label(first), operation: 'update' as const, zone: item.zone };
	const read = kind.read({ data: given, mode: 'append' }, context);
	const entries = isJsonObject(read) && Array.isArray(read.data) ? read.data.filter(isJsonObject) : [];
	if (entries.length === 0) {
		throw new InvalidInput(
			`${label(first)} is empty`,
			`Give ${inputs.map(({ control }) => control.displayName).join(' or ')}: check that the expression gives a value.`,
		);
	}
	const byId = (given: unknown): [string, JsonObject] => {
		const id = readLong(given, `${label(first)}: "ID" (id)`);
		return [`id ${id}`, { id }];
	};
	const named = entries.map(({ id, name, techniqueId }): [string, JsonObject] =>
		name !== undefined
			? [`name ${String(name)}`, { name }]
			: techniqueId !== undefined
				? [`technique ${String(techniqueId)}`, { techniqueId }]
				: byId(id),
	);
	return [...new Map(named).values()];
}

/** The rows of a list as a Get returns it, `{ data: [...] }`; anything else unchanged. */
const rowsOf = (value: unknown): unknown =>
	isJsonObject(value) && Array.isArray(value.data) && value.mode === undefined ? value.data : value;
