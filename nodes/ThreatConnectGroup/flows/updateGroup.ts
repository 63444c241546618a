import { asError, errorMessage, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import type { AnswerOptions, ThreatConnect } from '../api/client';
import { addedAttributes, type AttributeChange, checkAttributes, planDefaults } from './attributes';
import { keepGivenAttributes } from './givenAttributes';
import { defaultAttributes, withAttributes } from '../fields/defaultAttributes';
import type { IndicatorName } from '../fields/indicators';
import type { GroupReference } from '../api/references';
import { allOf, isOneOf, quote } from '../query/tql';

/** Changing a group, with what only the instance knows looked up before anything is sent. */

/**
 * Changes a group.
 *
 * @param given body of an update, with Description and Source as if they were fields
 * @param present the group with its attributes, where that is known already
 * @returns the group; if it could not be read back, what is known of it, with a `_notice`
 * @throws InvalidInput when an indicator that is to be removed is not found, or an attribute cannot have its value
 * @throws ServiceFailure in doubt when only a part of the change was surely made
 */
export async function changeGroup(
	api: ThreatConnect,
	reference: GroupReference,
	given: JsonObject,
	options: AnswerOptions,
	present?: JsonObject,
): Promise<JsonObject> {
	const kept = await keepGivenAttributes(api, reference, given, present);
	const { body } = kept;
	const wanted = defaultAttributes(body);
	await checkAttributes(api, [...wanted, ...addedAttributes(body)]);
	const named = await withIndicatorIds(api, body);
	let { changed } = kept;
	let before: JsonObject | undefined;
	let rest = named;
	if (wanted.length > 0) {
		before = present ?? (await api.getGroup(reference, { fields: ['attributes'] }));
		const plan = planDefaults(wanted, before);
		changed = [...changed, ...plan.changed];
		rest = appended(withAttributes(named, plan.added));
	}
	// The group first: it is what can be refused.
	const updated = Object.keys(rest).length > 0 ? await api.updateGroup(reference, rest, options) : undefined;
	await changeAttributes(api, changed, options, updated !== undefined);
	const isCurrent = changed.length === 0 || !options.fields?.includes('attributes');
	if (updated && isCurrent) return updated;
	try {
		return await api.getGroup(reference, { fields: options.fields });
	} catch (error) {
		if (!updated && changed.length === 0) throw asError(error);
		// The change stands. The attributes are those of before it.
		const known = Object.entries(updated ?? before ?? {}).filter(([name]) => name !== 'attributes');
		return {
			...Object.fromEntries(known),
			_notice: `The group was updated, but could not be read back (${errorMessage(error)}): some of its fields may be missing here.`,
		};
	}
}

/** @param isBegun the group has been written already: sent again, what was added to it would be added once more */
async function changeAttributes(
	api: ThreatConnect,
	changed: readonly AttributeChange[],
	options: AnswerOptions,
	isBegun: boolean,
): Promise<void> {
	for (const [index, { id, value, more }] of changed.entries()) {
		try {
			await api.changeAttribute(id, { value, ...more }, options);
		} catch (error) {
			if (!(error instanceof ServiceFailure) || (!isBegun && index === 0)) throw asError(error);
			const types = changed.slice(index).map(({ type }) => type);
			throw error.inDoubt(
				`The group was changed, but perhaps not its ${types.join(' and ')}. Look at it, and set only what is missing. Sent again, the item may add attributes a second time.`,
			);
		}
	}
}

/** Attributes that were added to a body without a mode of its own. */
function appended(body: JsonObject): JsonObject {
	const { attributes } = body;
	return isJsonObject(attributes) && attributes.mode === undefined
		? { ...body, attributes: { ...attributes, mode: 'append' } }
		: body;
}

/** ThreatConnect removes indicators by their ID only: those that are given by type and summary are looked up. */
async function withIndicatorIds(api: ThreatConnect, body: JsonObject): Promise<JsonObject> {
	const { associatedIndicators: list } = body;
	if (!isJsonObject(list) || list.mode !== 'delete' || !Array.isArray(list.data)) return body;
	const data: unknown[] = [];
	for (const entry of list.data as JsonObject[]) {
		data.push(entry.id === undefined ? { id: await indicatorId(api, entry as IndicatorName) } : entry);
	}
	return { ...body, associatedIndicators: { ...list, data } };
}

async function indicatorId(api: ThreatConnect, indicator: IndicatorName): Promise<unknown> {
	const { type, summary, ownerName } = indicator;
	const key = `indicator ${JSON.stringify([type, summary, ownerName])}`;
	const found = await api.lookups.getOrLoad(key, async () => {
		const tql = allOf([
			summaryClause(type, summary),
			isOneOf('typeName', [type]),
			ownerName === undefined ? undefined : isOneOf('ownerName', [ownerName]),
		]);
		return await api.list('/v3/indicators', [['tql', tql ?? '']]);
	});
	const exact = found.filter((one) => one.summary === summary);
	const [only, ...others] = exact.length > 0 ? exact : found;
	const name = `the indicator "${summary}" of the type ${type}`;
	if (only === undefined) {
		// Another item of the run may create it.
		api.lookups.invalidate(key);
		throw new InvalidInput(
			`There is no ${name.slice(4)}${ownerName === undefined ? '' : ` in ${ownerName}`} to remove`,
			'Nothing was sent for this item. Check its type, summary and owner, or give its ID.',
		);
	}
	if (others.length === 0) return only.id;
	const all = [only, ...others].map((one) => `${String(one.id)} in ${String(one.ownerName)}`).join(', ');
	throw new InvalidInput(
		`There are several of ${name}: ${all}`,
		'Nothing was sent for this item. Give its owner, or its ID.',
	);
}

/** A file's summary holds all its hashes, of which any one names it. */
const summaryClause = (type: string, summary: string) =>
	type === 'File'
		? summary
				.split(' : ')
				.map((hash) => `summary contains ${quote(hash)}`)
				.join(' and ')
		: isOneOf('summary', [summary]);
