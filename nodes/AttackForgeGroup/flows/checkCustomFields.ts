import { asError } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isBlank, readJson } from '../../shared/core/readValue';
import type { Item } from '../../shared/execution/item';
import { type FormOperation, labelOf } from '../../shared/fields/field';
import { bareName } from '../../shared/fields/fieldTypes';
import type { AttackForge } from '../api/client';
import { isRefusal, isRejected } from '../api/responses';
import { isCustomFields } from '../fields/changes';
import { asDefined, type Definitions } from '../fields/customFieldTypes';

/** Checks custom fields by their definitions in AttackForge, before anything is sent. */

const NAME = 'custom_fields';
const LABEL = labelOf({ displayName: 'Custom Fields', name: NAME });

/**
 * Reads the definitions with one request, if an item of the run may give custom fields. If the key may not read them, custom
 * fields are sent as they are given. Any other failure is one of the items that give custom fields, because values might be
 * stored in another form than the next time.
 */
export const definitionsFor = (form: FormOperation) => ({
	isNeededFor: (item: Item) => item.mayGive(NAME, form),
	async from(api: AttackForge): Promise<void> {
		api.definitions = await api
			.getDefinitions()
			.catch((error: unknown) => (isRefusal(error) || isRejected(error) ? undefined : asError(error)));
	},
});

/**
 * A body whose custom fields hold what their definitions want.
 *
 * @throws InvalidInput for a value that a custom field does not take
 */
export function withDefinedFields(body: JsonObject, item: Item, { definitions }: AttackForge): JsonObject {
	const given = body[NAME];
	if (definitions === undefined || !isCustomFields(given) || isUnchecked(item)) return body;
	if (definitions instanceof Error) throw definitions;
	const context = { label: LABEL, zone: item.zone };
	const keys = new Set(given.map(({ key }) => key));
	const named = given.map((field) => {
		const key = definedKey(field.key, definitions);
		// Null clears a field, which must be named exactly.
		return keys.has(key) || field.value === null ? field : { ...field, key };
	});
	return { ...body, [NAME]: named.map((field) => asDefined(field, definitions.get(field.key), context)) };
}

/** The key of the one definition that a key may mean: it differs only in case, hyphens and underscores from its key or label. */
function definedKey(key: string, definitions: Definitions): string {
	if (definitions.has(key)) return key;
	const bare = bareName(key);
	const [alike, ...others] = [...definitions.values()].filter((one) =>
		[one.key, one.label ?? ''].some((name) => bareName(name) === bare),
	);
	return alike && others.length === 0 ? alike.key : key;
}

/** What Additional Fields (JSON) holds is sent unchecked. */
function isUnchecked({ options: { additionalJson } }: Item): boolean {
	const extra = isBlank(additionalJson) ? undefined : readJson(additionalJson, NAME);
	return isJsonObject(extra) && NAME in extra;
}
