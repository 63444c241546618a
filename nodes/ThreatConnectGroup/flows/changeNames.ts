import { cancelSignal } from '../../shared/http/connection';
import { errorMessage } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { readThenWrite } from '../../shared/http/readThenWrite';
import type { ResponseOptions, ThreatConnect } from '../api/client';
import type { GroupReference } from '../api/references';
import { isEntry, rowsOf } from './compareGroup';

/** Adds tags or labels to a group or removes them, and leaves all others as they are. */

type Change = {
	list: 'tags' | 'securityLabels';
	/** Each names its tag or label by `name`, `techniqueId` or `id`, and says nothing else. */
	entries: readonly JsonObject[];
	mode: 'append' | 'delete';
	options: ResponseOptions;
};

type NamesChanged = {
	/** The ID of the group. */
	id: unknown;
	/** The names that were added or removed. */
	changed: string[];
	/** The given names for which there was nothing to do. */
	unchanged: string[];
	/** The names that the group has now; `undefined` when the group was changed, but does not show them. */
	names?: string[];
	/** What the user should know besides. */
	notice?: string;
};

const nameOf = ({ name, techniqueId, id }: JsonObject): string => String(name ?? techniqueId ?? id);

const inQuotesOf = (entries: readonly JsonObject[]): string =>
	unique(entries.map(nameOf))
		.map((name) => `"${name}"`)
		.join(', ');

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/**
 * Reads the group first, so that nothing is sent for what it has already, or does not have. After a lost response the group is
 * read again.
 *
 * @throws ServiceFailure
 */
export async function changeNames(
	api: ThreatConnect,
	reference: GroupReference,
	{ list, entries, mode, options }: Change,
): Promise<NamesChanged> {
	const fields = [list];
	const isOf = (entry: JsonObject) => (row: JsonObject) => isEntry(list, entry, row, 'named');
	/** The group as it was before the first write. */
	let before: JsonObject | undefined;
	let after: JsonObject | undefined;
	const sent = await readThenWrite<JsonObject[]>({
		signal: cancelSignal(api.connection),
		async read() {
			const group = await api.getGroup(reference, { fields });
			before ??= group;
			after = group;
			const rows = rowsOf(group[list]);
			const data =
				mode === 'append'
					? entries.filter((entry) => !rows.some(isOf(entry)))
					: // The service's own name, because the given name may have other letter cases or be a technique's ID.
						rows.filter((row) => entries.some((entry) => isOf(entry)(row))).map(identity);
			return data.length > 0 ? data : undefined;
		},
		async write(data) {
			const group = { id: String(before?.id) };
			after = await api.updateGroup(
				group,
				{ [list]: { data, mode } },
				{ ...options, fields },
				{ maxAttempts: 1 },
			);
		},
	});
	const id = before?.id;
	const rows = rowsOf(before?.[list]);
	const isThere = (entry: JsonObject) => rows.some(isOf(entry));
	const missing = entries.filter((entry) => !isThere(entry));
	const unchanged = namesAmong(rows, mode === 'append' ? entries.filter(isThere) : missing, isOf);
	if (sent === undefined) return { id, changed: [], unchanged, names: rows.map(nameOf) };
	const changed =
		mode === 'append' ? missing : rows.filter((row) => entries.some((entry) => isOf(entry)(row)));
	try {
		if (after?.[list] === undefined) after = await api.getGroup({ id: String(id) }, { fields });
	} catch (error) {
		const notice = `The group was updated, but could not be read back (${errorMessage(error)}): some of its fields may be missing here.`;
		return { id, changed: unique(changed.map(nameOf)), unchanged, notice };
	}
	// A service that does not show the list does not say that the group has none.
	if (after[list] === undefined) return { id, changed: unique(changed.map(nameOf)), unchanged };
	const now = rowsOf(after[list]);
	const names = now.map(nameOf);
	const left = mode === 'delete' ? changed.filter((row) => now.some(isOf(identity(row)))) : [];
	if (left.length > 0) {
		const gone = changed.filter((row) => !left.includes(row));
		const notice = `The group still shows ${inQuotesOf(left)}, although ThreatConnect says that it was removed.`;
		return { id, changed: unique(gone.map(nameOf)), unchanged, names, notice };
	}
	const unseen = mode === 'append' ? missing.filter((entry) => !now.some(isOf(entry))) : [];
	if (unseen.length === 0) return { id, changed: namesAmong(now, changed, isOf), unchanged, names };
	// A rule of the instance may turn a tag into another one, which the group may have had before.
	const known = rows.map((row) => String(row.id));
	const added = now.filter((row) => !known.includes(String(row.id)));
	return {
		id,
		changed: unique(added.map(nameOf)),
		unchanged,
		names,
		notice: `The group does not show ${inQuotesOf(unseen)}: ThreatConnect may keep it under another name.`,
	};
}

/** The names of entries as the group shows them, or as given if it does not show them any more. */
function namesAmong(
	rows: readonly JsonObject[],
	entries: readonly JsonObject[],
	isOf: (entry: JsonObject) => (row: JsonObject) => boolean,
): string[] {
	return unique(entries.map((entry) => nameOf(rows.find(isOf(entry)) ?? entry)));
}

const identity = ({ name, id }: JsonObject): JsonObject => (name === undefined ? { id } : { name });
