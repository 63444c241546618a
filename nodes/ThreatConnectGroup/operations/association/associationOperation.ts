import type { INodeProperties } from 'n8n-workflow';

import { asError, InvalidInput } from '../../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../../shared/core/json';
import {
	inQuotes,
	isBlank,
	optionalText,
	readEntries,
	readLong,
	unlocated,
} from '../../../shared/core/readValue';
import type { Item } from '../../../shared/execution/item';
import {
	type BulkOperation,
	type BulkRun,
	defineOperation,
	type OperationFile,
} from '../../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../../shared/execution/options';
import { readRows, repeatableRows } from '../../../shared/fields/fixedCollection';
import { byName, locator } from '../../../shared/fields/locators';
import type { ResponseOptions, ThreatConnect } from '../../api/client';
import { type GroupReference, referenceKey } from '../../api/references';
import { OBJECT_TYPES, type ObjectType } from '../../fields/associations';
import { indicatorBody, indicatorName } from '../../fields/indicators';
import { changeAssociations, type NamedObject, type Outcome, type Wish } from '../../flows/associations';
import {
	activityLogOption,
	groupParameters,
	objectTypeParameter,
	readActivityLog,
	readObjectType,
	readReference,
} from '../parameters';

type AssociationOperation = Pick<
	OperationFile<ThreatConnect>,
	'operation' | 'name' | 'action' | 'description'
> & {
	mode: 'append' | 'delete';
	/** What is said of an indicator that is named by its value. */
	ofIndicator: string;
	ofOwner: string;
	/** Keys of the output: the objects that were changed, and those that were so already. */
	keys: readonly [string, string];
	builderHint: string;
};

/**
 * Adds or removes associations. The items of a run that name the same group go in one request.
 */
export const associationOperation = ({
	mode,
	ofIndicator,
	ofOwner,
	keys,
	...head
}: AssociationOperation): BulkOperation<ThreatConnect> =>
	defineOperation<ThreatConnect>({
		...head,
		resource: 'association',
		parameters: [
			...groupParameters('searchWritableOwners'),
			objectTypeParameter,
			{
				displayName: 'Object IDs',
				name: 'objectIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. 12345, 12346',
				description:
					'IDs of the objects: comma-separated, or an array from an expression. Indicators may be given below by type and value too; both boxes count.',
			},
			indicatorRows(ofIndicator, ofOwner),
			optionsCollection(activityLogOption, previewOption),
		],
		prepareEntry: (item, api): Entry => ({
			reference: readReference(item, api),
			objects: readObjects(item),
			options: { createActivityLog: readActivityLog(item) },
		}),
		async runAll(entries, api, run) {
			/** The items of each group, by what they call it. */
			const named = new Map<string, Wishes & { reference: GroupReference }>();
			for (const { index, entry } of entries) {
				const { reference, objects, options } = entry as Entry;
				const key = JSON.stringify([referenceKey(reference), ownerOf(reference), options]);
				const group = named.get(key) ?? { reference, options, wishes: [] };
				group.wishes.push({ index, objects });
				named.set(key, group);
			}
			/** By ID, because items may call one group by its ID and by its XID. */
			const groups = new Map<string, Wishes & { id: unknown }>();
			await each(run, [...named.values()], async ({ reference, options, wishes }) => {
				try {
					const id = await api.idOf(reference);
					const key = JSON.stringify([String(id), options]);
					const others = groups.get(key)?.wishes ?? [];
					const all = [...others, ...wishes].sort((one, other) => one.index - other.index);
					groups.set(key, { id, options, wishes: all });
				} catch (error) {
					for (const { index } of wishes) run.settle(index, asError(error));
				}
			});
			await each(run, [...groups.values()], async ({ id, options, wishes }) => {
				const settle = (index: number, outcome: Outcome | Error) =>
					run.settle(index, outcome instanceof Error ? outcome : outputOf(id, outcome, keys));
				await changeAssociations(api, wishes, {
					groupId: String(id),
					mode,
					options,
					halted: () => run.halted(),
					settle,
				});
			});
		},
	});

type Entry = { reference: GroupReference; objects: NamedObject[]; options: ResponseOptions };

/** What the items of one group ask for. */
type Wishes = { options: ResponseOptions; wishes: Wish[] };

async function each<T>(run: BulkRun, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
	await run.concurrently(all.length, async (place) => await work(all[place] as T));
}

const ownerOf = (reference: GroupReference) => ('id' in reference ? undefined : reference.ownerName);

const indicatorRows = (ofIndicator: string, ofOwner: string): INodeProperties => ({
	...repeatableRows('indicators', 'Indicators by Value', 'Indicator', [
		{
			displayName: 'Type',
			name: 'type',
			...locator('searchIndicatorTypes', [byName('e.g. Host')]),
			description: 'Type of the indicator, also a custom one of the instance',
		},
		{
			displayName: 'Values',
			name: 'summary',
			type: 'string',
			default: '',
			placeholder: 'e.g. badguy.com',
			description: ofIndicator,
		},
		{
			displayName: 'Indicator Owner',
			name: 'ownerName',
			...locator('searchOwners', [byName('e.g. Demo Organization')]),
			description: ofOwner,
		},
	]),
	displayOptions: { show: { objectType: ['indicator'] } },
});

const IDS = '"Object IDs" (objectIds)';
const INDICATORS = '"Indicators by Value" (indicators)';

/** @throws InvalidInput also when the item names no object. An empty array of IDs is taken as it is. */
function readObjects(item: Item): NamedObject[] {
	const type = readObjectType(item);
	const given = item.parameter('objectIds');
	const ids = readEntries(given, IDS).map((entry): NamedObject => ({
		type,
		id: String(readLong(idOf(entry, type), IDS)),
	}));
	const rows = type === 'indicator' ? readRows(item.parameter('indicators'), INDICATORS) : [];
	const named = rows.flatMap((row, index) => readIndicators(row, `${INDICATORS}, entry ${index + 1}`));
	const objects = [...ids, ...named];
	if (objects.length > 0 || Array.isArray(given)) return objects;
	throw new InvalidInput(
		`${IDS} is empty`,
		`Give the IDs of ${OBJECT_TYPES[type].plural}${type === 'indicator' ? ', or indicators by their type and value' : ''}.`,
	);
}

/**
 * An entry may be an object, such as an output item of Get Many, or an entry of what Add and Remove return. The same ID
 * is another object in each type.
 *
 * @throws InvalidInput when the entry is an object of another type
 */
function idOf(entry: unknown, type: ObjectType): unknown {
	if (!isJsonObject(entry)) return entry;
	const { objectType } = entry;
	if (isBlank(objectType) || objectType === type) return unlocated(entry.id);
	throw new InvalidInput(
		`${IDS}: an entry has the objectType ${inQuotes(objectType)}, not ${inQuotes(type)}`,
		'Choose that type under "Object Type", or leave the entry out.',
	);
}

function readIndicators(row: unknown, label: string): NamedObject[] {
	const given: JsonObject = isJsonObject(row) ? row : { summary: row };
	const values = Array.isArray(given.summary) ? (given.summary as unknown[]) : [given.summary];
	const said = values.filter((value) => !isBlank(value));
	if (said.length === 0) return [];
	const typeLabel = `${label}: "Type" (type)`;
	const type = optionalText(unlocated(given.type), typeLabel);
	if (type === undefined) {
		throw new InvalidInput(`${typeLabel} is missing`, 'Give the type of the indicator, e.g. Host.');
	}
	const owner = optionalText(unlocated(given.ownerName), `${label}: "Indicator Owner" (ownerName)`);
	return said.map((summary): NamedObject => {
		const about = owner === undefined ? {} : { ownerName: owner };
		const indicator = indicatorName({ type, summary, ...about }, label);
		if (indicator === undefined)
			throw new InvalidInput(`${label}: the indicator has no summary`, 'Give its value.');
		return {
			type: 'indicator',
			indicator,
			body: { ...indicatorBody(type, String(summary), label), ...about },
		};
	});
}

function outputOf(
	groupId: unknown,
	{ changed, unchanged }: Outcome,
	[done, already]: AssociationOperation['keys'],
): JsonObject {
	return {
		groupId,
		[done]: changed.map(shown),
		[already]: unchanged.map(shown),
		_outcome: changed.length > 0 ? 'updated' : 'unchanged',
	};
}

/** An object as the item has named it. */
function shown(object: NamedObject): JsonObject {
	if (!('id' in object)) return { objectType: object.type, ...object.indicator };
	const number = Number(object.id);
	return { objectType: object.type, id: Number.isSafeInteger(number) ? number : object.id };
}
