import { isJsonObject, type JsonObject } from '../../shared/core/json';
import type { ServiceRequest } from '../../shared/http/exchange';
import { inQuotes, isUnset } from '../../shared/core/readValue';

/** What to look at when ThreatConnect refuses a request in its own words, which often name neither field nor value. */

/** Of a request, what the advice names. */
export type Sent = Pick<ServiceRequest, 'query' | 'body'>;

/** @returns `undefined` when the request holds nothing that the advice could name */
export function adviceAbout(status: number, words: string, { query = [], body }: Sent): string | undefined {
	const fields: JsonObject = isJsonObject(body) ? body : {};
	if (status === 403) {
		const owner = fields.ownerName ?? query.find(([name]) => name === 'owner')?.[1];
		return isUnset(owner)
			? undefined
			: `"Owner Name" is ${inQuotes(owner)}: there is no such owner, or the API user has no access to it. Check its name, upper and lower case included.`;
	}
	if (status === 404) {
		const named = listed(fields, 'id');
		return named === ''
			? undefined
			: `By ID, the item names: ${named}. Check that they exist, and that the API user may see them.`;
	}
	if (status !== 400 && status !== 422) return undefined;
	if (/security label/i.test(words)) {
		const labels = listed({ securityLabels: fields.securityLabels }, 'name');
		if (labels !== '') {
			return `The item has ${labels}. Each must be a label of this instance, spelled as there: the list at Add Field > Security Labels, in Create and Update, shows them.`;
		}
	}
	if (/attribute/i.test(words)) {
		// The body is a group, or one attribute of a group.
		const attributes = fields.groupId === undefined ? fields.attributes : { data: [fields] };
		const types = listed({ attributes }, 'type');
		if (types !== '') {
			return `The item has attributes of the types: ${types}. Each must be a type of this instance, spelled as there in upper and lower case, and belong to the type of the group.`;
		}
	}
	const names = Object.keys(fields).join(', ');
	return names === '' ? undefined : `The request sets ${names}: look at the one that the message is about.`;
}

/** Values in a message. */
const MOST = 10;

/** One value of each entry, by list, e.g. `associatedGroups "12", "13"`. */
function listed(fields: JsonObject, key: string): string {
	const parts = Object.entries(fields).map(([name, list]) => {
		const rows: unknown[] = isJsonObject(list) && Array.isArray(list.data) ? list.data : [];
		const values = rows
			.map((row) => (isJsonObject(row) ? row[key] : undefined))
			.filter((value) => !isUnset(value))
			.map(inQuotes);
		const more = values.length > MOST ? ', …' : '';
		return values.length > 0 ? `${name} ${values.slice(0, MOST).join(', ')}${more}` : '';
	});
	return parts.filter(Boolean).join('; ');
}
