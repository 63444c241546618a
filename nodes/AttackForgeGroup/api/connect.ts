import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { AttackForgeApi } from '../../../credentials/AttackForgeApi.credentials';
import { attackForgeBaseUrl } from '../../../credentials/attackForgeBaseUrl';
import { readConnectionOptions } from '../../shared/execution/options';
import { connect, type ConnectionContext, type ConnectionOptions } from '../../shared/http/connection';
import { AttackForge } from './client';

export async function connectAttackForge(
	context: ConnectionContext,
	options: ConnectionOptions,
): Promise<AttackForge> {
	const root = (baseUrl: unknown) => `${attackForgeBaseUrl(baseUrl)}/api/ss`;
	return new AttackForge(await connect(context, new AttackForgeApi(), root, options));
}

/** Connects for a drop-down of the form, with the values that the form has at this moment. */
export const connectForForm = async (context: ILoadOptionsFunctions): Promise<AttackForge> =>
	await connectAttackForge(context, readConnectionOptions());
