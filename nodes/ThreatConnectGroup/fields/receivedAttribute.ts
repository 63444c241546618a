import type { RecordFields } from '../../shared/execution/recordOutput';

/** Attributes as ThreatConnect answers them, with the ID of their group. */
export const attributeRecords: RecordFields = {
	id: 'id',
	simple: ['id', 'groupId', 'type', 'value', 'source', 'default', 'pinned', 'securityLabels'],
	others: ['createdBy', 'dateAdded', 'lastModified', 'settings'],
	simplify: false,
};
