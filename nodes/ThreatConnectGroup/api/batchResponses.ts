import { ServiceFailure } from '../../shared/core/errors';
import { isJsonObject } from '../../shared/core/json';
import { excerpt, type ServiceResponse } from '../../shared/http/response';
import { failure } from './responses';

/** Judges the responses of ThreatConnect's V2 batch API, which have other forms than those of v3. */

/** Status code. */
export const TOO_LARGE = 413;

/** Whether batch accepted a request. Its JSON may have no status, or the status of the job. */
export const isBatchSuccess = ({ status, json }: ServiceResponse) =>
	status >= 200 &&
	status < 300 &&
	isJsonObject(json) &&
	!['Invalid', 'Failure', 'Error'].includes(String(json.status));

/** The failure for a refusal of batch, which may also be plain text. */
export function batchRefusal(response: ServiceResponse): ServiceFailure {
	const { status, json, text, request } = response;
	const advice =
		status === TOO_LARGE
			? 'Nothing was done by this job: the group is too large for ThreatConnect or a proxy before it. Leave parts of it out, or have the limit raised.'
			: status === 503
				? 'An administrator can enable batch jobs and document storage. Until then use Create or Delete.'
				: status === 401 || status === 403
					? 'The API user needs the role Standard User in an Organization, or Editor in a Community or Source.'
					: 'Nothing was done by this job. Check the owner and the options.';
	if (json === undefined && /^[^<\s]/.test(text)) {
		return new ServiceFailure(excerpt(text), advice, { httpCode: String(status), request });
	}
	return failure(response, advice);
}
