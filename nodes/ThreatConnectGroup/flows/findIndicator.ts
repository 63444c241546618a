import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import type { ThreatConnect } from '../api/client';
import type { IndicatorName } from '../fields/indicators';
import { ACTIVE_OR_NOT, allOf, isOneOf, quote } from '../query/clauses';
import { indicatorSpellings } from '../query/matching';

/**
 * The ID of an indicator that is to be removed from a group.
 *
 * @throws InvalidInput when it is not found exactly once
 */
export async function indicatorId(api: ThreatConnect, indicator: IndicatorName): Promise<unknown> {
	const { type, summary, ownerName } = indicator;
	const key = `indicator ${JSON.stringify([type, summary, ownerName])}`;
	const found = await api.lookups.getOrLoad(
		key,
		async () => await api.list('/v3/indicators', [['tql', indicatorQuery(indicator)]]),
	);
	const alike = indexOf(type, found)(summary);
	const exact = alike.filter((one) => one.summary === summary);
	const [only, ...others] = exact.length > 0 ? exact : alike;
	if (only === undefined) {
		// The result is forgotten, because another item of the run may create the indicator.
		api.lookups.invalidate(key);
		throw new InvalidInput(
			`There is no ${nameOf(indicator).slice(4)}${ownerName === undefined ? '' : ` in ${ownerName}`} to remove`,
			'Nothing was sent for this item. Check its type, summary and owner, or give its ID.',
		);
	}
	if (others.length === 0) return only.id;
	throw severalOf(indicator, [only, ...others]);
}

/** e.g. `the indicator "badguy.com" of the type Host` */
const nameOf = ({ type, summary }: IndicatorName) => `the indicator "${summary}" of the type ${type}`;

/** @param found at least two */
export function severalOf(
	indicator: IndicatorName,
	found: ReadonlyArray<{ id?: unknown; ownerName?: unknown }>,
): InvalidInput {
	const all = found.map((one) => `${String(one.id)} in ${String(one.ownerName)}`).join(', ');
	return new InvalidInput(
		`There are several of ${nameOf(indicator)}: ${all}`,
		'Nothing was sent for this item. Give its owner, or its ID.',
	);
}

/** What an indicator is found by, whether it is active or not. */
export const indicatorQuery = ({ type, summary, ownerName }: IndicatorName): string =>
	allOf([
		summaryClause(type, summary),
		isOneOf('typeName', [type]),
		ownerName === undefined ? undefined : isOneOf('ownerName', [ownerName]),
		ACTIVE_OR_NOT,
	]) ?? '';

/** A file's summary holds all its hashes, and each of them names the file. */
export const summaryClause = (type: string, summary: string) =>
	type === 'File'
		? summary
				.split(' : ')
				.map((hash) => `summary contains ${quote(hash)}`)
				.join(' and ')
		: isOneOf('summary', [summary]);

/**
 * Arranges indicators of one type, so that each one is found without looking at all of them.
 *
 * @returns finds those that a name means. A file is meant if it has all the hashes of the name.
 */
export function indexOf(type: string, rows: readonly JsonObject[]): (summary: string) => JsonObject[] {
	const index = new Map<string, JsonObject[]>();
	for (const row of rows) {
		for (const spelling of new Set(indicatorSpellings(type, String(row.summary)))) {
			const alike = index.get(spelling);
			if (alike) alike.push(row);
			else index.set(spelling, [row]);
		}
	}
	return (summary) => {
		const [first = '', ...others] = indicatorSpellings(type, summary);
		const found = (spelling: string) => index.get(spelling) ?? [];
		return found(first).filter((row) => others.every((other) => found(other).includes(row)));
	};
}
