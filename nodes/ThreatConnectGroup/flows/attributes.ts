import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import type { ThreatConnect } from '../api/client';
import { isSameText } from '../query/matching';
import { rowsOf } from './compareGroup';

/** The rules for attributes that the instance decides. */

/**
 * Checks values against the attribute types of the instance, which are read once per run. The server decides about a type
 * that is not among them, and about all types if the key may not read them.
 *
 * @param attributes in the API's form
 * @throws InvalidInput
 */
export async function checkAttributes(
	api: ThreatConnect,
	attributes: ReadonlyArray<JsonObject>,
): Promise<void> {
	if (attributes.length === 0) return;
	const types = await api.lookups.getOrLoad('attribute types', async () => {
		try {
			return await api.list('/v3/attributeTypes', []);
		} catch {
			return [];
		}
	});
	for (const attribute of attributes) checkValue(attribute, types);
}

/** A name can belong to several types of several owners. A value is accepted if one of them allows it. */
function checkValue({ type, value }: JsonObject, types: readonly JsonObject[]): void {
	if (isUnset(value) || typeof value === 'object') return;
	const faults = types.filter(({ name }) => name === type).map((one) => faultOf(String(value), one));
	const [fault] = faults;
	if (fault === undefined || faults.includes(undefined)) return;
	throw new InvalidInput(`The attribute "${String(type)}" ${fault.what}`, fault.wayOut);
}

function faultOf(value: string, { maxSize, validationRule }: JsonObject) {
	const limit = Number(maxSize);
	// The limit counts characters as people do: an emoji is one character.
	if (limit > 0 && value.length > limit && [...value].length > limit) {
		return {
			what: `has ${[...value].length} characters, but on this instance at most ${limit} are allowed`,
			wayOut: 'Shorten it.',
		};
	}
	const allowed = selectableValues(validationRule);
	const isAllowed = allowed.some((one) => one.toLowerCase() === value.trim().toLowerCase());
	if (allowed.length === 0 || isAllowed) return undefined;
	return {
		what: `cannot be "${value.slice(0, 80)}"`,
		wayOut: `On this instance it is one of: ${allowed.map((one) => `"${one}"`).join(', ')}.`,
	};
}

/** ThreatConnect writes the values as one text, `a;b;c;`. */
function selectableValues(rule: unknown): string[] {
	if (!isJsonObject(rule) || rule.type !== 'SelectOne' || typeof rule.text !== 'string') return [];
	return rule.text
		.split(';')
		.map((one) => one.trim())
		.filter((one) => one !== '');
}

/** The attributes that a body adds. */
export function addedAttributes({ attributes }: JsonObject): JsonObject[] {
	return isJsonObject(attributes) && attributes.mode === 'delete' ? [] : rowsOf(attributes);
}

/** A new value for an attribute that a group has. */
export type AttributeChange = { id: string; type: string; value?: unknown; more?: JsonObject };

/**
 * Plans what happens to default attributes of a group that exists. If the group has an attribute of the type, that one
 * is changed, so that no copies pile up. ThreatConnect itself would add another attribute each time.
 *
 * @param group as returned with `fields=attributes`
 */
export function planDefaults(
	wanted: readonly JsonObject[],
	group: JsonObject,
): { changed: AttributeChange[]; added: JsonObject[] } {
	const changed: AttributeChange[] = [];
	const added: JsonObject[] = [];
	for (const attribute of wanted) {
		const present = rowsOf(group.attributes).find(
			(one) => one.type === attribute.type && one.default === true,
		);
		if (!present) added.push(attribute);
		else if (!isSameText(present.value, attribute.value)) {
			changed.push({ id: String(present.id), type: String(attribute.type), value: attribute.value });
		}
	}
	return { changed, added };
}
