import { asError } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isBlank, readJson, saysNothing } from '../../shared/core/readValue';
import type { Item } from '../../shared/execution/item';
import { type FormOperation, labelOf } from '../../shared/fields/field';
import type { AttackForge } from '../api/client';
import { isRefusal, isRejected } from '../api/responses';
import {
	isCustomFields,
	listsWithNobody,
	type UpdateModes,
	withNobody,
	withoutNobody,
} from '../fields/changes';
import { chosenKeys, type CustomField, refuseRepeatedKeys } from '../fields/customFields';
import { asDefined, definedKey, type Definitions, isDoubtful } from '../fields/customFieldTypes';
import { isEmail } from '../fields/email';
import { customFieldsOf } from '../fields/receivedGroup';

/**
 * Checks what a group is to hold, before anything is sent: its custom fields by their definitions in AttackForge, and the
 * e-mail address of its contact.
 */

const NAME = 'custom_fields';
const LABEL = labelOf({ displayName: 'Custom Fields', name: NAME });

/** The definitions, or the error that kept them from being read; `undefined` if nothing can be checked by them. */
type ReadDefinitions = AttackForge['definitions'];

const readDefinitions = async (api: AttackForge): Promise<ReadDefinitions> =>
	await api
		.getDefinitions()
		.catch((error: unknown) => (isRefusal(error) || isRejected(error) ? undefined : asError(error)));

/**
 * Reads the definitions with one request, if an item of the run may give custom fields. If the key may not read them, custom
 * fields are sent as they are given. Any other failure is one of the items that give custom fields, because values might be
 * stored in another form than the next time.
 */
export const definitionsLoader = (form: FormOperation) => ({
	isNeededFor: (item: Item) => item.mayGive(NAME, form),
	async from(api: AttackForge): Promise<void> {
		api.definitions = await readDefinitions(api);
	},
});

/**
 * The definitions by which the custom fields of an item are checked.
 *
 * @returns `undefined` if the key may not read them, or if Additional Fields (JSON) gives the custom fields, because what it
 *   gives is sent unchecked
 */
export function definitionsFor(
	{ options: { additionalJson } }: Item,
	{ definitions }: AttackForge,
): ReadDefinitions {
	const extra = isBlank(additionalJson) ? undefined : readJson(additionalJson, NAME);
	return isJsonObject(extra) && NAME in extra ? undefined : definitions;
}

/**
 * Refuses values that were chosen from the list of another custom field, before the key of their row was changed.
 *
 * @param fields whose values were chosen in the editor
 * @throws InvalidInput
 */
export async function checkChoices(
	fields: readonly CustomField[],
	item: Item,
	api: AttackForge,
): Promise<void> {
	if (fields.length === 0) return;
	const definitions = await api.lookups.getOrLoad('definitions', async () => await readDefinitions(api));
	if (!(definitions instanceof Map)) return;
	for (const field of fields) {
		asDefined(field, definitions.get(field.key), { label: LABEL, zone: item.zone, isChosen: true });
	}
}

export type CheckedBody = {
	/** The body that is sent for a group, as far as that is known. A new group has nothing yet. @throws InvalidInput */
	of(group?: JsonObject): JsonObject;
	/** Whether a given key stands for another key of the form, unless the group has a field of exactly the given key. */
	dependsOnGroup: boolean;
};

/**
 * The body with custom fields as their definitions want them.
 *
 * @returns a body whose `of` refuses a value that a custom field does not take
 * @throws what kept the definitions from being read
 */
export function checkBody(body: JsonObject, item: Item, definitions: ReadDefinitions): CheckedBody {
	const given = body[NAME];
	if (!isCustomFields(given) || definitions === undefined) return { of: () => body, dependsOnGroup: false };
	if (definitions instanceof Error) throw definitions;
	const chosen = chosenKeys(item.parameter(NAME), LABEL);
	const of = (group: JsonObject = {}): JsonObject => {
		const fields = withDefinedKeys(given, definitions, group).map((field, index) =>
			asDefined(field, definitions.get(field.key), {
				label: LABEL,
				zone: item.zone,
				isChosen: chosen.has(given[index]?.key),
			}),
		);
		// Text such as "[]" or "," may be an empty list for its field, and says nothing then. Null clears the field.
		const said = fields.filter(({ value }) => value === null || !saysNothing(value));
		if (said.length > 0) return { ...body, [NAME]: said };
		return Object.fromEntries(Object.entries(body).filter(([name]) => name !== NAME));
	};
	const ofNewGroup = withDefinedKeys(given, definitions, {});
	return { of, dependsOnGroup: ofNewGroup.some(({ key }, index) => key !== given[index]?.key) };
}

/**
 * The body of an update in whose lists of access entries may name nobody. Where access is to be exactly as given, nobody is
 * removed from such a list, and a hint says so. The same holds for a list that is empty, and for all lists if the input
 * "Access Lists" gives nothing for the item.
 */
export function forAccessMode(body: JsonObject, item: Item, { access }: UpdateModes): JsonObject {
	if (access !== 'exact') return withoutNobody(body);
	const isInputEmpty = ['additionalFields', 'updateFields'].some((name) =>
		item.isEmptyExpression(name, 'access', 'list', 'json'),
	);
	const marked = withNobody(body, (entries) => isInputEmpty || entries.length === 0);
	item.hint(nobodyRemoved, listsWithNobody(marked));
	return marked;
}

const nobodyRemoved = (listed: string) =>
	`Nobody is removed from these lists of access, because an entry in them is empty or has no name, or their input is empty: ${listed}. Fill it in, or leave it out.`;

/** AttackForge does not document that it checks the address. */
const noEmails = (listed: string) =>
	`Primary Contact Email is no e-mail address, and is taken as given: ${listed}. Correct it in the input.`;

/** AttackForge may store fields that its form lacks. */
const undefinedKeys = (listed: string) =>
	`Taken as given, although the form of groups in AttackForge has no custom field of this key: ${listed}. Check its spelling.`;

const doubtfulValues = (listed: string) =>
	`Taken as given, but perhaps not what these custom fields hold: ${listed}. AttackForge does not document how users and times are given: a user probably by ID, e-mail address or user name.`;

/** It is not documented that AttackForge refuses a group without them. */
const missingFields = (listed: string) =>
	`Left out of new groups, although the form of groups in AttackForge requires them: ${listed}.`;

/** Has hints list what is sent but is probably a mistake. @param body of a group that has nothing yet */
export function noteDoubts(body: JsonObject, item: Item, definitions: ReadDefinitions): void {
	const { primary_contact_email: email } = body;
	if (typeof email === 'string' && !isEmail(email)) item.hint(noEmails, [email]);
	if (!(definitions instanceof Map)) return;
	const fields = customFieldsOf(body);
	const unknown = fields.filter(({ key }) => !definitions.has(key));
	item.hint(undefinedKeys, unknown.map(keyOf));
	const doubtful = fields.filter((field) => isDoubtful(field, definitions.get(field.key), item.zone));
	item.hint(doubtfulValues, doubtful.map(keyOf));
}

/** Has a hint list the custom fields that the form requires and a new group lacks. */
export function noteMissing(body: JsonObject, item: Item, definitions: ReadDefinitions): void {
	if (!(definitions instanceof Map)) return;
	const given = new Set(customFieldsOf(body).map(keyOf));
	const missing = [...definitions.values()].filter(({ key, isRequired }) => isRequired && !given.has(key));
	item.hint(missingFields, missing.map(keyOf));
}

const keyOf = ({ key }: { key: string }): string => key;

/** The fields with the keys of their definitions, as far as the group has no field of exactly the given key. */
function withDefinedKeys(
	given: readonly CustomField[],
	definitions: Definitions,
	group: JsonObject,
): CustomField[] {
	const present = new Set(customFieldsOf(group).map(({ key }) => key));
	const keys = new Set(given.map(({ key }) => key));
	const fields = given.map((field) => {
		const key = present.has(field.key) ? field.key : definedKey(field.key, definitions);
		// Null clears a field, which must be named exactly.
		return keys.has(key) || field.value === null ? field : { ...field, key };
	});
	refuseRepeatedKeys(fields, LABEL);
	return fields;
}
