import { cancelSignal } from '../../shared/http/connection';
import { errorMessage, InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes } from '../../shared/core/readValue';
import { onceOnly } from '../../shared/http/onceOnly';
import { readThenWrite } from '../../shared/http/readThenWrite';
import type { ResponseOptions, ThreatConnect } from '../api/client';
import type { GroupReference } from '../api/references';
import { checkAttributes } from './attributes';
import { differences, isEntry, isSameValue, rowsOf } from './compareGroup';

/** One attribute of a group: added, changed or deleted, and all other attributes stay as they are. */

/** How an item names an attribute of a group. A type alone names the only attribute of the type. */
export type AttributeName = { id: string } | { type: string; value?: string };

/** The field that shows the labels of attributes, in a request for a group. */
export const LABELS = 'attributes.securityLabels';

type GroupAttributes = { groupId: unknown; attributes: JsonObject[] };

/** @param withLabels whether each attribute shows its security labels */
export async function readAttributes(
	api: ThreatConnect,
	reference: GroupReference,
	withLabels: boolean,
): Promise<GroupAttributes> {
	const fields = ['attributes', ...(withLabels ? [LABELS] : [])];
	const group = await api.getGroup(reference, { fields });
	return { groupId: group.id, attributes: rowsOf(group.attributes) };
}

export type Outcome = 'created' | 'updated' | 'deleted' | 'unchanged';

const record = (attribute: JsonObject, groupId: unknown, outcome: Outcome, notice?: string): JsonObject => ({
	...attribute,
	groupId,
	_outcome: outcome,
	...(notice !== undefined && { _notice: notice }),
});

const labelsOption = (body: JsonObject) =>
	body.securityLabels === undefined ? {} : { fields: ['securityLabels'] };

/**
 * Adds an attribute, unless the group has one of the same type, value and source, with what else the body says.
 *
 * @throws InvalidInput when the attribute cannot have its value
 * @throws ServiceFailure in doubt when it cannot be known whether it was added
 */
export async function addAttribute(
	api: ThreatConnect,
	reference: GroupReference,
	body: JsonObject,
	options: ResponseOptions,
): Promise<JsonObject> {
	await checkAttributes(api, [body]);
	const id = String(await api.idOf(reference));
	const withLabels = body.securityLabels !== undefined;
	const find = async () => {
		const { groupId, attributes } = await readAttributes(api, { id }, withLabels);
		return { groupId, present: attributes.find((row) => isPresent(body, row)) };
	};
	// Two items may name the group in two ways, and say the same.
	return await api.mutex.runExclusive([`attributes ${id}`], async () => {
		const { groupId, present } = await find();
		if (present) return record(present, groupId, 'unchanged', 'The group has this attribute already.');
		const added = await onceOnly({
			signal: cancelSignal(api.connection),
			act: async () => await api.addAttribute(id, body, { ...options, ...labelsOption(body) }),
			find: async () => (await find()).present,
			doubt: 'The attribute may or may not have been added: look at the group before you send it again.',
		});
		return record(added, groupId, 'created');
	});
}

/** Whether an attribute is what a new one would be. */
const isPresent = ({ securityLabels, ...body }: JsonObject, row: JsonObject): boolean =>
	isEntry('attributes', body, row, 'named') && missingLabels(securityLabels, row).length === 0;

/** The given labels that an attribute does not have. */
export const missingLabels = (given: unknown, { securityLabels }: JsonObject): JsonObject[] =>
	rowsOf(given).filter(
		(label) => !rowsOf(securityLabels).some((one) => isEntry('securityLabels', label, one, 'named')),
	);

const noAttribute = (name: AttributeName) =>
	new InvalidInput(
		'id' in name
			? `The group has no attribute ${inQuotes(name.id)}`
			: name.value === undefined
				? `The group has no attribute ${inQuotes(name.type)}`
				: `The group has no attribute ${inQuotes(name.type)} with the value ${inQuotes(name.value)}`,
		'Nothing was sent for this item. Attribute > Get Many shows the attributes of the group, and Attribute > Add adds one.',
	);

/** @throws InvalidInput when several attributes have this type and value */
function findAttribute(attributes: readonly JsonObject[], name: AttributeName): JsonObject | undefined {
	if ('id' in name) return attributes.find(({ id }) => String(id) === name.id);
	const { type, value } = name;
	const found = attributes.filter(
		(row) => row.type === type && (value === undefined || isSameValue('value', value, row.value)),
	);
	if (found.length < 2) return found[0];
	const ids = found.map(({ id }) => String(id)).join(', ');
	throw value === undefined
		? new InvalidInput(
				`The group has ${found.length} attributes ${inQuotes(type)}: ${ids}`,
				'Nothing was sent for this item. Give the ID of one, or its value.',
			)
		: new InvalidInput(
				`The group has ${found.length} attributes ${inQuotes(type)} with this value: ${ids}`,
				'Nothing was sent for this item. Give the ID of one.',
			);
}

/**
 * Changes an attribute of a group. What it has already is not sent.
 *
 * @param wanted the fields to change; labels with their mode
 * @throws InvalidInput when the group has no such attribute, or several, or the attribute cannot have its value
 */
export async function updateAttribute(
	api: ThreatConnect,
	reference: GroupReference,
	name: AttributeName,
	wanted: JsonObject,
	options: ResponseOptions,
): Promise<JsonObject> {
	const withLabels = wanted.securityLabels !== undefined;
	let known = name;
	let groupId: unknown;
	let attribute: JsonObject | undefined;
	const read = async () => {
		const group = await readAttributes(api, reference, withLabels);
		groupId = group.groupId;
		attribute = findAttribute(group.attributes, known);
		if (!attribute) throw noAttribute(known);
		// The value by which the item names the attribute may be the one that is changed.
		known = { id: String(attribute.id) };
		return attribute;
	};
	let answer: JsonObject | undefined;
	const sent = await readThenWrite<JsonObject>({
		signal: cancelSignal(api.connection),
		async read() {
			const present = await read();
			const body = withPresentLabels(differences(wanted, present), present);
			if (body.value !== undefined) await checkAttributes(api, [{ type: present.type, value: body.value }]);
			return Object.keys(body).length > 0 ? body : undefined;
		},
		async write(body) {
			answer = undefined;
			const id = String(attribute?.id);
			answer = await api.changeAttribute(
				id,
				body,
				{ ...options, ...labelsOption(wanted) },
				{ maxAttempts: 1 },
			);
		},
	});
	if (sent === undefined) {
		return record(attribute ?? {}, groupId, 'unchanged', 'The attribute has these values already.');
	}
	if (answer) return record(answer, groupId, 'updated');
	try {
		return record(await read(), groupId, 'updated');
	} catch (error) {
		const notice = `The attribute was updated, but could not be read back (${errorMessage(error)}): these are its fields as they were sent.`;
		return record({ ...attribute, ...sent }, groupId, 'updated', notice);
	}
}

/**
 * The documentation does not say what happens to the labels that an attribute has when others are appended, so these are sent
 * too.
 */
export function withPresentLabels(body: JsonObject, present: JsonObject): JsonObject {
	const { securityLabels: list } = body;
	if (!isJsonObject(list) || list.mode !== 'append') return body;
	const kept = rowsOf(present.securityLabels).map(({ name }) => ({ name }));
	return { ...body, securityLabels: { ...list, data: [...kept, ...rowsOf(list)] } };
}

/**
 * Deletes an attribute of a group. One that is not there is deleted already.
 *
 * @throws InvalidInput when several attributes have this type and value
 */
export async function deleteAttribute(
	api: ThreatConnect,
	reference: GroupReference,
	name: AttributeName,
	options: ResponseOptions,
): Promise<JsonObject> {
	const { groupId, attributes } = await readAttributes(api, reference, false);
	const attribute = findAttribute(attributes, name);
	if (!attribute) {
		return record({ deleted: false, ...name }, groupId, 'unchanged', 'The group has no such attribute.');
	}
	const { id, type, value } = attribute;
	const isGone = async () => {
		const now = await readAttributes(api, { id: String(groupId) }, false);
		return now.attributes.some((row) => String(row.id) === String(id)) ? undefined : true;
	};
	await onceOnly({
		signal: cancelSignal(api.connection),
		act: async () => {
			await api.deleteAttribute(String(id), options);
			return true;
		},
		find: isGone,
	});
	return record({ deleted: true, id, type, value }, groupId, 'deleted');
}
