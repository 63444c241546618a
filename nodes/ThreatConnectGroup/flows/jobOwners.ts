import type { ThreatConnect } from '../api/client';
import { checkOwner } from './oneOwner';

/** The owners of the items of a run: a batch job must name its owner. */
export class JobOwners {
	/** Asked for once per run, also when there is no answer. */
	private own: Promise<string> | undefined;

	/** @param why the operation must name the owner */
	constructor(
		private readonly api: ThreatConnect,
		private readonly why: string,
	) {}

	/** @throws InvalidInput when an item names two owners, or none and the own organization is not known */
	async of({ ownerName, ownerId }: { ownerName?: string; ownerId?: unknown }): Promise<string> {
		if (ownerName === undefined) return await (this.own ??= this.api.ownOrganization(this.why));
		if (ownerId !== undefined) await checkOwner(this.api, ownerName, ownerId);
		return ownerName;
	}
}
