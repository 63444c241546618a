import { ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import { Plan } from '../../shared/http/plan';
import { AttackForge, type CustomFieldFilter, type Scope } from '../api/client';
import { isRefusal, isRejected } from '../api/responses';
import { entriesOf, isCustomFields } from '../fields/changes';
import { isStored } from '../fields/matching';
import { groupAfter } from '../fields/plannedGroup';
import {
	ARCHIVED_KEYS,
	customFieldOf,
	customFieldsOf,
	identifiedMembers,
	membersOf,
} from '../fields/receivedGroup';
import { isMember } from './membership';

/** @returns what gives each item of a run AttackForge as a preview sees it */
export function preview(api: AttackForge): (index: number) => { api: AttackForge; plan: Plan } {
	const run = new PreviewedAttackForge({ ...api.connection, isReadOnly: true });
	return (index) => {
		const ofItem = run.forItem(index);
		ofItem.definitions = api.definitions;
		return { api: ofItem, plan: ofItem.plan };
	};
}

/** What AttackForge shows of a new group for which nothing was given. */
const NOTHING_SET = {
	members: [],
	custom_fields: [],
	access: {},
	auto_add_project_request: false,
	enable_project_team_notifications: false,
};

/**
 * AttackForge in which nothing is written. A write is noted in the plan of the item, and the record is kept as it would be
 * then, so that the operation reads it back, and later items of the run find it.
 */
class PreviewedAttackForge extends AttackForge {
	/** By ID. */
	private readonly groupsAfter = new Map<string, JsonObject>();
	/** IDs of groups, by the ID of the project. */
	private readonly projectsAfter = new Map<string, string[]>();
	plan = new Plan(0);

	/** The same service, with a plan of its own. */
	forItem(index: number): PreviewedAttackForge {
		return Object.assign(Object.create(this) as PreviewedAttackForge, { plan: new Plan(index) });
	}

	override async createGroup(body: JsonObject): Promise<JsonObject> {
		const id = this.plan.newId;
		const group = groupAfter({ id, ...NOTHING_SET }, body);
		this.plan.outcome = 'created';
		this.note({}, group, body);
		this.groupsAfter.set(id, group);
		return await Promise.resolve(group);
	}

	override async updateGroup(id: string, body: JsonObject): Promise<void> {
		const before = await this.groupBefore(id);
		const after = groupAfter(before ?? {}, body);
		this.note(before, after, body);
		const left = fieldsLeftOut(before ?? {}, body);
		if (left.length > 0) this.plan.notice = mayBeLost(left);
		if (before) this.groupsAfter.set(id, after);
	}

	override async archiveGroup(id: string): Promise<void> {
		await this.setArchived(id, true);
	}

	override async restoreGroup(id: string): Promise<void> {
		await this.setArchived(id, false);
	}

	override async addMember(groupId: string, userId: string, access: string): Promise<unknown> {
		await this.requireUser(userId);
		return await this.setAccessLevel(groupId, userId, access, (present) => {
			if (present !== undefined) throw alreadyMember(userId, present);
		});
	}

	override async changeMember(groupId: string, userId: string, access: string): Promise<unknown> {
		return await this.setAccessLevel(groupId, userId, access === 'Delete' ? undefined : access, (present) => {
			if (present === undefined) throw noMember(userId);
		});
	}

	override async setProjectGroups(projectId: string, groups: readonly string[]): Promise<void> {
		const before = await this.getProjectGroups(projectId);
		this.plan.writes = true;
		this.plan.change(
			'groups',
			groups.filter((id) => !before.includes(id)),
			before.filter((id) => !groups.includes(id)),
		);
		this.projectsAfter.set(projectId, [...groups]);
	}

	override async getGroup(id: string, filter: CustomFieldFilter = {}): Promise<JsonObject> {
		return this.groupsAfter.get(id) ?? (await super.getGroup(id, filter));
	}

	override async findGroup(id: string): Promise<JsonObject | undefined> {
		return this.groupsAfter.get(id) ?? (await super.findGroup(id));
	}

	override async getProjectGroups(projectId: string): Promise<string[]> {
		return this.projectsAfter.get(projectId) ?? (await super.getProjectGroups(projectId));
	}

	/** Nothing changes in a preview. */
	override async currentGroups(scope: Scope): Promise<JsonObject[]> {
		return await this.recentGroups(scope, Infinity);
	}

	/** @returns `undefined` if the key may not read it: it may nevertheless write it */
	private async groupBefore(id: string): Promise<JsonObject | undefined> {
		try {
			return await this.getGroup(id);
		} catch (error) {
			if (!isRefusal(error)) return await Promise.reject(error);
			this.plan.notice =
				'What the group holds now is not known, because the key may not use GetGroup. All that would be sent is shown.';
			return undefined;
		}
	}

	/** The API shows no user by the ID, but their groups. @throws ServiceFailure when there is no such user */
	private async requireUser(userId: string): Promise<void> {
		try {
			await this.lookups.getOrLoad(`memberships ${userId}`, async () => await this.getUserGroups(userId));
		} catch (error) {
			// Without the right to look, it is not known.
			if (isRejected(error)) await Promise.reject(error);
		}
	}

	private async setArchived(id: string, isArchived: boolean): Promise<void> {
		const before = await this.groupBefore(id);
		const key = ARCHIVED_KEYS.find((name) => before?.[name] !== undefined);
		const present = key === undefined ? undefined : before?.[key];
		this.plan.writes = true;
		if (present !== isArchived) this.plan.set('archived', present, isArchived);
		if (before && key) this.groupsAfter.set(id, { ...before, [key]: isArchived });
	}

	private async setAccessLevel(
		groupId: string,
		userId: string,
		access: string | undefined,
		check: (present: unknown) => void,
	): Promise<undefined> {
		const group = await this.groupBefore(groupId);
		this.plan.writes = true;
		const isUser = isMember(userId);
		const members = group && membersOf(group);
		if (!members || (!members.some(isUser) && !identifiedMembers(group))) {
			this.plan.set('access_level', undefined, access);
			return;
		}
		const member = members.find(isUser);
		check(member?.accessLevel);
		if (member?.accessLevel !== access) this.plan.set('access_level', member?.accessLevel ?? null, access);
		const others = members.filter((one) => !isUser(one));
		const changed = access === undefined ? [] : [{ ...member, userId, accessLevel: access }];
		this.groupsAfter.set(groupId, { ...group, members: [...others, ...changed] });
	}

	/** Notes what a body changes. @param before `undefined` if it is not known */
	private note(before: JsonObject | undefined, after: JsonObject, body: JsonObject): void {
		const { plan } = this;
		plan.writes = true;
		/** What a group does not show is not known, unless the group is a new one. */
		const set = (field: string, present: unknown, to: unknown, isKnown: boolean) => {
			if (!isKnown || !isStored(to, present)) plan.set(field, isKnown ? (present ?? null) : undefined, to);
		};
		const isShown = (name: string) =>
			before !== undefined && (plan.outcome === 'created' || Object.hasOwn(before, name));
		for (const [name, value] of Object.entries(body)) {
			if (name === 'custom_fields' && Array.isArray(value)) {
				for (const { key } of customFieldsOf(body)) {
					const [from, to] = [before ?? {}, after].map((group) => customFieldOf(group, key));
					set(`custom_fields.${key}`, from, to, isShown(name));
				}
			} else if (name === 'access' && isJsonObject(value) && isShown(name)) {
				for (const list of Object.keys(value)) {
					const then = entriesOf(before?.access, list);
					const now = entriesOf(after.access, list);
					plan.change(`access.${list}`, without(now, then), without(then, now));
				}
			} else set(name, own(before, name), value, isShown(name));
		}
	}
}

/** The keys of the custom fields that a group has and that a body with custom fields does not send. */
function fieldsLeftOut(group: JsonObject, body: JsonObject): string[] {
	if (!isCustomFields(body.custom_fields)) return [];
	const sent = new Set(body.custom_fields.map(({ key }) => key));
	return customFieldsOf(group)
		.filter(({ key, value }) => !sent.has(key) && !isUnset(value))
		.map(({ key }) => key);
}

const mayBeLost = (keys: readonly string[]) =>
	`Custom fields that are not sent: ${keys.join(', ')}. AttackForge does not document whether it keeps them: "Set These, Keep the Others" under Options > Other Custom Fields does.`;

const own = (record: JsonObject | undefined, name: string): unknown =>
	record && Object.hasOwn(record, name) ? record[name] : undefined;

/** The entries that other entries do not hold. */
const without = (entries: readonly JsonObject[], others: readonly JsonObject[]): JsonObject[] =>
	entries.filter((entry) => !others.some((one) => isStored(entry, one)));

const REFUSED = { httpCode: '400' };

const alreadyMember = (userId: string, access: unknown) =>
	new ServiceFailure(
		`"User" (userId): ${userId} is a member of the group already, with the access ${inQuotes(access)}`,
		'Nothing was written. Change Access changes it.',
		REFUSED,
	);

const noMember = (userId: string) =>
	new ServiceFailure(
		`"User" (userId): ${userId} is no member of the group`,
		'Nothing was written. Add makes the user one.',
		REFUSED,
	);
