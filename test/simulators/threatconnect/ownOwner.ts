import { canRead } from './context';
import { refusal } from './errors';
import { OWNERS, type ApiUser } from './seeds';
import { serve, type Service } from './service';

/** docs (v2): owners, "your Organization": one owner, not a list of them. */
function mine(user: ApiUser) {
	const owner = OWNERS.find(({ name }) => name === user.owner && canRead(user, name));
	if (!owner) throw refusal('NotFound');
	return { status: 'Success', data: { resultCount: 1, owner } };
}

/** docs (v2): who the API user is, and its Organization. */
export function serveOwnOwner({ app }: Service): void {
	serve(app, '/owners/mine', { GET: async (request) => mine(request.threatConnectUser) }, { version: 'v2' });
	serve(
		app,
		'/whoami',
		{
			GET: async ({ threatConnectUser: { userName, firstName, lastName, pseudonym } }) => ({
				status: 'Success',
				data: { user: { userName, firstName, lastName, pseudonym, role: 'Api User' } },
			}),
		},
		{ version: 'v2' },
	);
}
