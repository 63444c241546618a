import type { AttackForgeSimulator } from '../simulators/attackforge';
import {
	ACME,
	acme,
	type AttackForgeExamples,
	fromItem,
	HARBOR,
	noSuchGroup,
	notGranted,
	PAUL,
	PROJECT,
	seedAcme,
	seedHarbor,
} from './attackforge';
import { byEmail } from './locators';

/** Examples of AttackForge Group's operations on members, projects, vulnerabilities and assets. */

const MAIL = { email: 'paul.citizen@attackforge.com' };

const seedMember = (server: AttackForgeSimulator) =>
	server.seedGroup({
		...seedAcme(server),
		members: [
			{
				name: 'Paul Citizen',
				userId: PAUL,
				accessLevel: 'View',
				created: '2026-01-05T10:00:00.000Z',
				last_updated: '2026-01-05T10:00:00.000Z',
			},
		],
	});

const seedProject = (server: AttackForgeSimulator, groups: string[]) =>
	server.seedProject({
		id: PROJECT,
		name: 'Web shop 2026',
		code: 'SHOP-26',
		groups,
		created: '2026-01-05T10:00:00.000Z',
		last_modified: '2026-01-05T10:00:00.000Z',
	});

const noSuchUser = {
	what: 'There is no user with this address',
	items: [{ groupId: ACME, email: 'nobody@example.com' }],
	todo: 'Choose the user from the list. A user has to be created in AttackForge before it can be a member.',
};

const noSuchProject = {
	what: 'There is no such project, or your user is not on it',
	items: [{ projectId: '5f63da8b4a7e3f0018d3cfff', groupId: HARBOR }],
	todo: 'Copy the ID from the address of the project’s page. The user of the key must be on the project’s team.',
};

const ofGroup = { returnAll: false, limit: 50 };

export const otherExamples: AttackForgeExamples = {
	'member/add': {
		purpose:
			'Makes a user a member of a group, with access to all its projects, for instance when somebody joins a customer’s team.',
		parameters: { groupId: fromItem, userId: byEmail('={{ $json.email }}'), accessLevel: 'View' },
		items: [{ groupId: ACME, ...MAIL }],
		before: seedAcme,
		notes: [
			'Users by list, ID, e-mail address or user name. `status` is the sentence that AttackForge answers with. A user who is a member with this access already is no failure: `_outcome` is then `unchanged`.',
		],
		failures: [
			{
				what: 'The user is a member with another access',
				parameters: { accessLevel: 'Edit' },
				before(server) {
					seedMember(server);
				},
				todo: 'To change the access of a member, use **Change Access**.',
			},
			noSuchUser,
			notGranted('AddUserToGroup'),
		],
	},

	'member/changeAccess': {
		purpose: 'Changes what a member of a group may do in its projects: view, upload or edit.',
		parameters: { groupId: fromItem, userId: byEmail('={{ $json.email }}'), accessLevel: 'Edit' },
		items: [{ groupId: ACME, ...MAIL }],
		before: seedMember,
		notes: ['Users by list, ID, e-mail address or user name.'],
		failures: [
			{
				what: 'The user is not a member',
				before: seedAcme,
				todo: 'Make the user a member with **Add**.',
			},
			noSuchUser,
		],
	},

	'user/getAll': {
		purpose:
			'Lists the users of the tenant, each with the groups that it is a member of and its access there: for a review of who may see what.',
		parameters: { returnAll: true, filters: { lastName: '={{ $json.name }}' }, withGroups: true },
		items: [{ name: 'Citizen' }],
		before: seedMember,
		notes: [
			'- AttackForge has no pages here: it gives all users that match in one answer. The groups take one more request for each user, several at once; without **With Groups** there is only the one request.\n' +
				'- If the groups of one user cannot be read, the item fails, so that no list is incomplete.\n' +
				'- AttackForge does not document whether a filter compares the whole name or a part of it.',
		],
		failures: [
			{
				what: 'The expression of a filter gives nothing',
				items: [{ family: 'Citizen' }],
				todo: 'Nothing was asked for: without the filter, all users would have been returned.',
			},
		],
	},

	'member/getGroups': {
		purpose:
			'Lists the groups that a user is a member of, for instance to see what somebody who leaves has access to.',
		parameters: { userId: byEmail('={{ $json.email }}'), returnAll: true, simplify: true },
		items: [MAIL],
		before: seedMember,
		notes: ['Users by list, ID, e-mail address or user name. Each group is an item of its own.'],
		failures: [
			{ ...noSuchUser, items: [{ email: 'nobody@example.com' }] },
			{
				what: 'A name in the place of the address',
				items: [{ email: 'Paul Citizen' }],
			},
		],
	},

	'member/getAll': {
		purpose: 'Lists the members of a group with their access.',
		parameters: { groupId: acme, returnAll: true, simplify: true },
		items: [{}],
		before: seedMember,
		notes: [
			'Each member is an item of its own. **Simplify** gives them the keys that the other operations use.',
		],
		failures: [noSuchGroup, notGranted('GetGroup')],
	},

	'member/remove': {
		purpose:
			'Removes a user from a group and from all projects of the group, for instance when somebody leaves.',
		parameters: { groupId: fromItem, userId: byEmail('={{ $json.email }}') },
		items: [{ groupId: ACME, ...MAIL }],
		before: seedMember,
		notes: [
			'Takes the user off all projects of the group too. A user who is no member is no failure: `_outcome` is then `unchanged`, and `removed` false.',
		],
		failures: [noSuchUser],
	},

	'project/getAll': {
		purpose: 'Lists the projects of a group, that is the penetration tests that a customer has or had.',
		parameters: { groupId: acme, ...ofGroup },
		items: [{}],
		before(server) {
			seedAcme(server);
			seedProject(server, [ACME]);
		},
		notes: [
			'AttackForge shows the projects that the user of the key is on. Each project is an item of its own.',
		],
		failures: [noSuchGroup, notGranted('GetProjectsByGroup')],
	},

	'project/link': {
		purpose: 'Adds a group to the groups of a project, so that its members get access to the project.',
		parameters: { projectId: '={{ $json.projectId }}', groupId: fromItem },
		items: [{ projectId: PROJECT, groupId: HARBOR }],
		before(server) {
			seedAcme(server);
			seedHarbor(server);
			seedProject(server, [ACME]);
		},
		notes: [
			'AttackForge takes the complete list of a project’s groups: the node reads it, adds the group, writes it and reads it again. Before another attempt it reads the list again. What somebody else changes between reading and writing is overwritten, since AttackForge takes the whole list only; what is changed after it is said in `_notice`. `_outcome` says `updated`, or `unchanged` where the group was linked already.',
		],
		failures: [noSuchProject, notGranted('UpdateProjectById')],
	},

	'project/unlink': {
		purpose: 'Takes a group off the groups of a project, so that its members lose access to the project.',
		parameters: { projectId: '={{ $json.projectId }}', groupId: fromItem },
		items: [{ projectId: PROJECT, groupId: HARBOR }],
		before(server) {
			seedAcme(server);
			seedHarbor(server);
			seedProject(server, [ACME, HARBOR]);
		},
		notes: [
			'Reads, writes and reads again as **Link to Group** does. `_outcome` says `updated`, or `unchanged` where the group was not linked.',
		],
		failures: [noSuchProject, notGranted('UpdateProjectById')],
	},

	'vulnerability/getAll': {
		purpose:
			'Lists the vulnerabilities found in the projects of a group, for instance to make tickets of the critical ones.',
		parameters: {
			groupId: acme,
			...ofGroup,
			filters: { priority: 'Critical', startDate: '={{ $json.since }}' },
		},
		items: [{ since: '2026-02-01T00:00:00Z' }],
		before(server) {
			seedAcme(server);
			seedProject(server, [ACME]);
			server.seedVulnerabilities(ACME, 1, {
				title: 'SQL injection in the login form',
				priority: 'Critical',
				asset: 'shop.acme.example',
				created: '2026-02-11T14:00:00.000Z',
				modified: '2026-02-11T14:00:00.000Z',
			});
		},
		notes: [
			'Filters apply at AttackForge. A date without a time is that day in the time zone of the workflow. Each vulnerability is an item of its own.',
		],
		failures: [
			noSuchGroup,
			{
				what: 'A date that could be two days',
				items: [{ since: '02/01/2026' }],
			},
			notGranted('GetVulnerabilitiesByGroup'),
		],
	},

	'asset/getAll': {
		purpose: 'Lists the assets, that is the systems under test, in the projects of a group.',
		parameters: { groupId: acme, ...ofGroup },
		items: [{}],
		before(server) {
			seedAcme(server);
			seedProject(server, [ACME]);
			server.seedAssets(ACME, 2);
		},
		notes: ['Each asset is an item of its own.'],
		failures: [noSuchGroup, notGranted('GetAssetsByGroup')],
	},
};
