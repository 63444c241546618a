import type { IDataObject } from 'n8n-workflow';

import type { Poller, World } from './threatConnect';

/**
 * A poller as most are written. It asks for records that are newer than n8n's clock at its last poll, page by page, and
 * remembers nothing else. n8n's Airtable Trigger works this way.
 */
export const naive =
	(world: World): Poller =>
	async ({ staticData }) => {
		// Two clocks always differ.
		const now = new Date(world.time + 2000).toISOString().replace(/\.\d{3}Z$/, 'Z');
		const last = String(staticData.last ?? now);
		const found: IDataObject[] = [];
		for (let hasMore = true; hasMore;) {
			const query = new URLSearchParams({
				tql: `typeName = "Incident" and lastModified > "${last}"`,
				sorting: 'lastModified asc',
				resultStart: String(found.length),
				resultLimit: '100',
			});
			const response = await fetch(`${world.url}/api/v3/groups?${query}`, {
				headers: { Authorization: `TC-Token ${world.credentials.threatConnectApi.apiToken}` },
			});
			if (!response.ok) throw new Error(String(response.status));
			const { data, next } = (await response.json()) as { data: IDataObject[]; next?: string };
			found.push(...data);
			hasMore = next !== undefined && data.length > 0;
		}
		staticData.last = now;
		if (found.length === 0) return null;
		return found.map((group) => {
			const isNew = String(group.dateAdded) > last;
			const eventTime = isNew ? group.dateAdded : group.lastModified;
			const eventId = isNew
				? `${String(group.id)}-created`
				: `${String(group.id)}-updated-${String(eventTime)}`;
			return { ...group, eventId, eventTime };
		});
	};
