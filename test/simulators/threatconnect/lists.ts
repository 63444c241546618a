import { allowOnly, requireFields, textOf, type Context, type Entry, type EntryList } from './context';
import { refusal, refusalAbout } from './errors';
import { ATTRIBUTE_TYPES, DEFAULTABLE_ATTRIBUTES, TECHNIQUES, USERS } from './seeds';
import { keyIn, type AssignmentRow, type AttributeRow, type GroupRow, type ReviewRow } from './state';

const sameText = (left: unknown, right: string) => String(left).toLowerCase() === right.toLowerCase();

/**
 * docs: update_metadata. `append` (the default) adds entries, `replace` replaces the old ones, and `delete` removes
 * entries. It is not an error to remove an entry that does not exist.
 */
export function mergeIds(
	current: readonly string[],
	list: EntryList,
	resolve: (entry: Entry, index: number) => string,
	identify: (entry: Entry, index: number) => string | undefined,
): string[] {
	if (list.mode === 'delete') {
		const gone = list.data.map(identify);
		return current.filter((id) => !gone.includes(id));
	}
	const ids = list.data.map(resolve);
	return [...new Set(list.mode === 'replace' ? ids : [...current, ...ids])];
}

/** A tag's name as stored. The name of an ATT&CK technique becomes that technique's tag. */
function tagName(entry: Entry, where: string): { name: string; techniqueId?: string } {
	const asked = textOf(entry.name);
	const techniqueId = textOf(entry.techniqueId);
	if (techniqueId !== undefined) {
		const name = TECHNIQUES[techniqueId];
		if (name === undefined) throw refusal('BadRequest', `Unknown ATT&CK technique: ${techniqueId}`);
		if (asked !== undefined && !sameText(name, asked)) throw refusal('MismatchedItems');
		return { name, techniqueId };
	}
	if (asked === undefined) throw refusalAbout('MissingData', `Missing from ${where}: name`);
	const technique = Object.entries(TECHNIQUES).find(([, name]) => sameText(name, asked));
	return technique ? { techniqueId: technique[0], name: technique[1] } : { name: asked };
}

function findTag({ state }: Context, ownerName: string, name: string) {
	return state.tags.findByKey(keyIn(ownerName, name.toLowerCase()));
}

/** docs: missing tags are created. */
export function resolveTag(context: Context, ownerName: string, entry: Entry, where: string): string {
	const { state, now } = context;
	const id = textOf(entry.id);
	if (id !== undefined) {
		const tag = state.tags.get(id);
		if (tag?.ownerName !== ownerName) throw refusal('NotFound');
		if (entry.name !== undefined && entry.name !== tag.name) throw refusal('MismatchedItems');
		return id;
	}
	const { name, techniqueId } = tagName(entry, where);
	const known = findTag(context, ownerName, name);
	return state.tags.put({
		...(known ?? { id: state.tags.newId(), ownerName, name }),
		...(techniqueId !== undefined && { techniqueId }),
		...(entry.description !== undefined && { description: entry.description }),
		lastUsed: now,
	}).id;
}

/** The ID or the name of a tag is enough to remove it. */
export function identifyTag(context: Context, ownerName: string, entry: Entry, where: string) {
	return textOf(entry.id) ?? findTag(context, ownerName, tagName(entry, where).name)?.id;
}

export function resolveLabel({ state }: Context, entry: Entry, where: string): string {
	const id = textOf(entry.id);
	const name = textOf(entry.name);
	if (id === undefined && name === undefined) requireFields(entry, ['name'], where);
	const label = id === undefined ? state.securityLabels.findByKey(name ?? '') : state.securityLabels.get(id);
	if (!label) {
		// docs: security labels are read-only in v3. The message is that of the v2 API.
		throw id === undefined
			? refusal('BadRequest', `The security label "${name}" must already exist`)
			: refusal('NotFound');
	}
	if (name !== undefined && name !== label.name) throw refusal('MismatchedItems');
	return label.id;
}

function identifyLabel({ state }: Context, entry: Entry, where: string): string | undefined {
	if (entry.id === undefined) requireFields(entry, ['name'], where);
	return textOf(entry.id) ?? state.securityLabels.findByKey(String(entry.name))?.id;
}

export function mergeLabels(
	context: Context,
	current: readonly string[],
	list: EntryList,
	where: string,
): string[] {
	const at = (index: number) => `${where}.data[${index}]`;
	return mergeIds(
		current,
		list,
		(entry, index) => resolveLabel(context, entry, at(index)),
		(entry, index) => identifyLabel(context, entry, at(index)),
	);
}

function checkAttributeValue(group: GroupRow, type: string, value: string): void {
	const known = ATTRIBUTE_TYPES.find(
		({ name, ownerName }) => name === type && (ownerName === undefined || ownerName === group.ownerName),
	);
	if (!known) throw refusal('BadRequest', 'The requested attribute type was not found');
	if (!known.groupTypes.includes(group.type)) {
		throw refusal(
			'BadRequest',
			`The attribute type "${type}" is not valid for the group type "${group.type}"`,
		);
	}
	// The limit counts characters, as the schemas do.
	if ([...value].length > known.maxSize) {
		const limits = `please enter a value between 1-${known.maxSize} characters in length`;
		throw refusal('BadRequest', `The value for this ${type} is invalid, ${limits}`);
	}
	if (known.selectOne && !known.selectOne.includes(value)) {
		throw refusal(
			'BadRequest',
			`The value for this ${type} is invalid, please enter one of: ${known.selectOne.join(', ')}`,
		);
	}
}

function checkDefault(type: string, entry: Entry): void {
	if (entry.default === true && !DEFAULTABLE_ATTRIBUTES.includes(type)) {
		throw refusal('BadRequest', `An attribute of the type "${type}" cannot be the default`);
	}
}

function newAttribute(context: Context, group: GroupRow, entry: Entry, where: string): AttributeRow {
	if (entry.id !== undefined) {
		throw refusalAbout('ImproperFormat', `The field "id" is only for the mode "delete" (${where})`);
	}
	requireFields(entry, ['type'], where);
	if (entry.value === undefined) throw refusal('MissingData', 'This attribute requires a value');
	const type = String(entry.type);
	const value = String(entry.value);
	checkAttributeValue(group, type, value);
	checkDefault(type, entry);
	const labels = entry.securityLabels as EntryList | undefined;
	return {
		id: context.state.attributeIds.newId(),
		type,
		value,
		...(entry.source !== undefined && { source: String(entry.source) }),
		default: entry.default === true,
		pinned: entry.pinned === true,
		securityLabels: labels ? mergeLabels(context, [], labels, `${where}.securityLabels`) : [],
		dateAdded: context.now,
		lastModified: context.now,
		createdBy: context.user.id,
	};
}

/** A type has one default attribute, which is the last one set. */
function withOneDefault(attributes: readonly AttributeRow[]): AttributeRow[] {
	const last = new Map(attributes.filter((row) => row.default).map(({ type, id }) => [type, id]));
	return attributes.map((row) => (row.default ? { ...row, default: last.get(row.type) === row.id } : row));
}

/** docs: attributes are not de-duplicated, and are removed only by ID. */
export function mergeAttributes(context: Context, group: GroupRow, list: EntryList): AttributeRow[] {
	const where = (index: number) => `attributes.data[${index}]`;
	if (list.mode === 'delete') {
		list.data.forEach((entry, index) => {
			requireFields(entry, ['id'], where(index));
			allowOnly(entry, ['id'], 'is not for the mode "delete": an attribute is removed by its ID');
		});
		return group.attributes.filter(({ id }) => !list.data.some((entry) => entry.id === id));
	}
	const added = list.data.map((entry, index) => {
		const present = group.attributes.find(({ id }) => id === entry.id);
		// tcex's tests replace attributes with themselves, including their IDs.
		if (list.mode !== 'replace' || !present) return newAttribute(context, group, entry, where(index));
		const { id: _id, ...fields } = entry;
		return {
			...newAttribute(context, group, { ...present, id: undefined, ...fields }, where(index)),
			id: present.id,
		};
	});
	return withOneDefault(list.mode === 'replace' ? added : [...group.attributes, ...added]);
}

/** docs: group_attributes/fields. All fields except the type and the group of an attribute can be changed. */
export function changeAttribute(
	context: Context,
	group: GroupRow,
	attribute: AttributeRow,
	entry: Entry,
): AttributeRow[] {
	checkAttributeValue(group, attribute.type, String(entry.value ?? attribute.value));
	checkDefault(attribute.type, entry);
	const { securityLabels, ...fields } = entry;
	const changed = {
		...attribute,
		...fields,
		...(securityLabels !== undefined && {
			securityLabels: mergeLabels(
				context,
				attribute.securityLabels,
				securityLabels as EntryList,
				'securityLabels',
			),
		}),
		lastModified: context.now,
	};
	const others = (row: AttributeRow): AttributeRow =>
		entry.default === true && row.type === attribute.type ? { ...row, default: false } : row;
	return group.attributes.map((row) => (row.id === attribute.id ? changed : others(row)));
}

/** The mode as in other lists. Without a mode, the given assignments replace the old ones. */
export function mergeAssignments(group: GroupRow, list: EntryList): AssignmentRow[] {
	const given = newAssignments(list);
	const isGiven = (row: AssignmentRow) =>
		given.some(({ type, userId }) => type === row.type && userId === row.userId);
	if (list.mode !== 'append' && list.mode !== 'delete') return given;
	const others = group.assignments.filter((row) => !isGiven(row));
	return list.mode === 'delete' ? others : [...others, ...given];
}

function newAssignments(list: EntryList): AssignmentRow[] {
	return list.data.map((entry) => {
		const userId = String((entry.user as Entry).id);
		if (!USERS.some(({ id }) => id === userId)) throw refusal('NotFound');
		return { type: entry.type as AssignmentRow['type'], userId };
	});
}

function removeReview(group: GroupRow, entry: Entry): ReviewRow[] {
	requireFields(entry, ['id'], 'reviews.data[0]');
	allowOnly(entry, ['id'], 'is not for the mode "delete": a review is removed by its ID');
	return group.reviews.filter(({ id }) => id !== entry.id);
}

/** docs: intelligence_reviews. Each user has one review, which another review by the same user changes. */
export function mergeReviews(context: Context, group: GroupRow, list: EntryList): ReviewRow[] {
	const [entry] = list.data;
	if (!entry) return group.reviews;
	if (list.mode === 'delete') return removeReview(group, entry);
	const mine = group.reviews.find(({ userId }) => userId === context.user.id);
	if (entry.id !== undefined && entry.id !== mine?.id) throw refusal('NotFound');
	// docs: intelligence_reviews, a new review requires both.
	if (!mine) requireFields(entry, ['rating', 'reviewHelpful'], 'reviews.data[0]');
	const review = {
		...(mine ?? { id: context.state.reviewIds.newId(), userId: context.user.id, dateAdded: context.now }),
		...entry,
		lastModified: context.now,
	} as ReviewRow;
	return mine ? group.reviews.map((row) => (row === mine ? review : row)) : [...group.reviews, review];
}
