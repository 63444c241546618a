import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes } from '../../shared/core/readValue';
import { type ThreatConnect, unlessRefused } from '../api/client';
import { plainSpelling } from '../query/matching';
import { rowsOf } from './compareGroup';

/** Lists of a group whose rows name something that an administrator has defined. */
const DEFINED = [
	{ list: 'securityLabels', key: 'name', noun: 'security label', path: '/v3/securityLabels' },
	{ list: 'attributes', key: 'type', noun: 'attribute type', path: '/v3/attributeTypes' },
] as const;

/** The names that ThreatConnect lists, looked up once per run; `undefined` if the API user may not list them. */
const namesAt = async (api: ThreatConnect, path: string): Promise<Set<string> | undefined> =>
	await api.lookups.getOrLoad(`names ${path}`, async () => {
		const rows = await unlessRefused(api.list(path, [], true));
		return rows && new Set(rows.map(({ name }) => plainSpelling(String(name))));
	});

/**
 * What a preview says of security labels and attribute types that ThreatConnect does not list. It refuses them, unless
 * another owner has them.
 *
 * @param body of a creation or an update
 * @returns `undefined` if all are listed, or none can be listed
 */
export async function noticeOfUnlisted(api: ThreatConnect, body: JsonObject): Promise<string | undefined> {
	const parts: string[] = [];
	for (const { list, key, noun, path } of DEFINED) {
		const given = body[list];
		if (isJsonObject(given) && given.mode === 'delete') continue;
		const names = rowsOf(given).flatMap((row) => (typeof row[key] === 'string' ? [row[key]] : []));
		if (names.length === 0) continue;
		const known = await namesAt(api, path);
		if (!known || known.size === 0) continue;
		const unlisted = [...new Set(names)].filter((name) => !known.has(plainSpelling(name)));
		if (unlisted.length === 0) continue;
		parts.push(`no ${noun} ${unlisted.map((name) => withListed(name, known)).join(', ')}`);
	}
	if (parts.length === 0) return undefined;
	return `ThreatConnect lists ${parts.join(' and ')}, and will probably refuse this item.`;
}

/** e.g. `"tlp:red" (perhaps "TLP:RED")` */
function withListed(name: string, known: ReadonlySet<string>): string {
	const like = [...known].find((one) => one.toLowerCase() === plainSpelling(name).toLowerCase());
	return `${inQuotes(name)}${like === undefined ? '' : ` (perhaps ${inQuotes(like)})`}`;
}
