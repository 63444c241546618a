import { operations as ofAttackForge } from '../../nodes/AttackForgeGroup/operations';
import { operations as ofThreatConnect } from '../../nodes/ThreatConnectGroup/operations';
import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { IDS } from './attackforge';
import type { NodeExamples } from './examples';
import { examples as attackForgeExamples } from './operations.attackforge';
import { examples as threatConnectExamples } from './operations.threatconnect';

/** Both nodes with the examples of their operations. */

const READING = `Each operation is shown by an example: what it is for, its parameters in n8n's editor and as a table, the input and
the output, and what can go wrong, with the words of the error and what to do. Everything here was run: the examples through
n8n's engine against this package's simulator of the service, the pictures in a real n8n. What the service itself says may be
worded otherwise there; \`[item 0]\` is the first item. The addresses of requests are shown decoded. What all operations share stands in the
[README](../README.md): [three ways to fill a record](../README.md#three-ways-to-fill-a-record),
[failing items](../README.md#when-an-item-fails).`;

const THREATCONNECT = `ThreatConnect keeps threat intelligence in **groups**: incidents, reports, adversaries, signatures and 13 more types of
records. A group belongs to an **owner** (an organization, a community or a source), has a numeric **ID**, and may have an **XID**,
an identifier that you give it and by which you find it again. [All endpoints, fields and filters](threatconnect.md).

${READING}`;

const ATTACKFORGE = `AttackForge, where penetration tests are planned and reported, keeps its customers or teams in **groups**: a name, an
owner, a contact, custom fields, and the users who may see the group's projects. A group has an **ID** of 24 hexadecimal digits.
Each operation needs API methods that an administrator has granted to your user.
[All endpoints, fields and grants](attackforge.md).

${READING}`;

export const threatConnect: NodeExamples<ThreatConnectSimulator, ThreatConnectOptions> = {
	name: 'threatconnect',
	introduction: THREATCONNECT,
	type: 'threatConnectGroup',
	operations: ofThreatConnect,
	examples: threatConnectExamples,
	ids: [],
	start: async (options) => await startThreatConnect({ firstId: '1125899906842700', ...options }),
	credentials: ({ url, credentials: { apiToken } }) => ({ threatConnectApi: { baseUrl: url, apiToken } }),
};

export const attackForge: NodeExamples<AttackForgeSimulator, AttackForgeOptions> = {
	name: 'attackforge',
	introduction: ATTACKFORGE,
	type: 'attackForgeGroup',
	operations: ofAttackForge,
	examples: attackForgeExamples,
	ids: IDS,
	start: startAttackForge,
	credentials: ({ url, credentials: { apiKey } }) => ({ attackForgeApi: { baseUrl: url, apiKey } }),
};
