import { byId, byName } from './locators';
import { PHISHING, seedPhishing, type ThreatConnectExamples } from './threatconnect';

/** Examples of the operations on the tags, labels, attributes and posts of a group, for the page in docs/. */

const groupId = byId('={{ $json.groupId }}');
const ofPhishing = { findBy: 'id', groupId };
const noSuchGroup = {
	what: 'There is no such group',
	items: [{ groupId: '1125899906842651' }],
	todo: 'Take the ID from the node that created or found the group.',
};

const tagExamples: ThreatConnectExamples = {
	'tag/add': {
		purpose:
			'Puts tags on a group, and leaves the tags that it has as they are, whoever added them. Tags that do not exist are created.',
		parameters: { ...ofPhishing, tags: '=Contained, {{ $json.campaign }}', techniqueIds: 'T1566' },
		items: [{ groupId: PHISHING.id, campaign: 'Winter wave' }],
		before: seedPhishing,
		notes: [
			'A tag that the group has already is no failure: it is listed under `alreadyThere`, and if that is true of all, nothing is sent and `_outcome` is `unchanged`. Upper and lower case do not count. ThreatConnect may keep a tag under another name, because a rule of the instance says so: `_notice` then tells.',
		],
		failures: [
			noSuchGroup,
			{
				what: 'The expression gives no tag',
				parameters: { tags: '={{ $json.labels }}', techniqueIds: '' },
				todo: 'Correct the expression, or keep such items out with an If node.',
			},
		],
	},

	'tag/remove': {
		purpose:
			'Takes tags off a group, and leaves its other tags as they are. The tags themselves stay, and so do those of other groups.',
		parameters: { ...ofPhishing, tags: 'Targeted Attack, Needs Review' },
		items: [{ groupId: PHISHING.id }],
		before: seedPhishing,
		notes: [
			'A tag that the group does not have is no failure: it is listed under `notThere`. To change a campaign’s tag on many groups, find them with **Group: Get Many**, then put Tag: Remove and Tag: Add behind it.',
		],
		failures: [noSuchGroup],
	},

	'securityLabel/add': {
		purpose: 'Puts security labels on a group, such as a TLP level, and leaves the labels that it has.',
		parameters: { ...ofPhishing, securityLabels: 'TLP:AMBER' },
		items: [{ groupId: PHISHING.id }],
		before: seedPhishing,
		notes: [
			'Labels are those of the instance, exactly as they are written there. A label that the group has already is no failure: `_outcome` is then `unchanged`. To go from one TLP level to another, remove the former one with **Security Label: Remove**.',
		],
		failures: [
			{
				what: 'The instance has no such label',
				parameters: { securityLabels: 'TLP: AMBER' },
				todo: 'Write it as the instance does: TLP levels have no space.',
			},
			noSuchGroup,
		],
	},

	'securityLabel/remove': {
		purpose: 'Takes security labels off a group, and leaves its other labels as they are.',
		parameters: {
			findBy: 'xid',
			groupXid: '=siem:{{ $json.id }}',
			groupOwner: byName('Demo Organization'),
			securityLabels: 'TLP:RED, TLP:AMBER',
		},
		items: [{ id: 4711 }],
		before: (server) => server.seedGroup({ ...PHISHING, securityLabels: ['TLP:AMBER'] }),
		notes: [
			'A label that the group does not have is no failure: it is listed under `notThere`, and nothing is sent for it.',
		],
		failures: [
			{
				what: 'There is no such group',
				items: [{ id: 9999 }],
				todo: 'Check the XID and its owner.',
			},
		],
	},
};

export const detailExamples: ThreatConnectExamples = { ...tagExamples };
