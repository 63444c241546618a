import type { ICredentialType, IExecuteFunctions, ILoadOptionsFunctions, IPollFunctions } from 'n8n-workflow';

import { threatConnectBaseUrl } from '../../../credentials/threatConnectBaseUrl';
import { ThreatConnectApi } from '../../../credentials/ThreatConnectApi.credentials';
import { ThreatConnectHmacApi } from '../../../credentials/ThreatConnectHmacApi.credentials';
import { readConnectionOptions } from '../../shared/execution/options';
import { oneOf } from '../../shared/fields/fieldTypes';
import { connect, type ConnectionContext, type ConnectionOptions } from '../../shared/http/connection';
import { ThreatConnect } from './client';

const credentialOf = (authentication: unknown): ICredentialType =>
	oneOf(authentication, '"Authentication" (authentication)', 'apiToken', 'hmac') === 'hmac'
		? new ThreatConnectHmacApi()
		: new ThreatConnectApi();

const rootOf = (baseUrl: unknown) => `${threatConnectBaseUrl(baseUrl)}/api`;

/** Connects with the credential that the node's Authentication parameter names. */
export async function connectThreatConnect(
	context: IExecuteFunctions,
	options: ConnectionOptions,
): Promise<ThreatConnect> {
	const credential = credentialOf(context.getNodeParameter('authentication', 0));
	return await connectWith(context, credential, options);
}

/** Connects for a poll of the trigger. */
export async function connectForPoll(
	context: IPollFunctions,
	options: ConnectionOptions,
): Promise<ThreatConnect> {
	const credential = credentialOf(context.getNodeParameter('authentication'));
	return await connectWith(context, credential, options);
}

const LOOKUP_TIMEOUT_MS = 20_000;

/** Connects for a drop-down of the form, with the values that the form has at this moment. */
export async function connectForForm(context: ILoadOptionsFunctions): Promise<ThreatConnect> {
	const credential = credentialOf(context.getCurrentNodeParameter('authentication') ?? 'apiToken');
	return await connectWith(context, credential, { ...readConnectionOptions(), timeout: LOOKUP_TIMEOUT_MS });
}

async function connectWith(
	context: ConnectionContext,
	credential: ICredentialType,
	options: ConnectionOptions,
): Promise<ThreatConnect> {
	const connection = await connect(context, credential, rootOf, options);
	return new ThreatConnect({
		...connection,
		// A missing license stays missing, although its 503 looks like a busy server's.
		isFinal: ({ text }) => /licensed|batch job api is not available/i.test(text),
		recover: ({ status, text, headers, correction }) => {
			const { clock } = connection;
			const isFirst = clock.correction === 0;
			const isCorrected =
				status === 401 && /timestamp/i.test(text) && clock.correct(headers.date, correction);
			if (isCorrected && isFirst && 'addExecutionHints' in context) {
				context.addExecutionHints({ message: clockHint(clock.correction), location: 'outputPane' });
			}
			return isCorrected;
		},
	});
}

function clockHint(correction: number): string {
	const minutes = Math.round(Math.abs(correction) / 60_000);
	const side = correction > 0 ? 'behind' : 'ahead of';
	return `The clock of the machine that runs n8n is ${minutes} minutes ${side} the clock of ThreatConnect. Requests were signed with ThreatConnect's time. Synchronize the clock.`;
}
