import { credentialsOf, openStage, type Stage } from './stage';

let stage: Stage | undefined;
beforeAll(async () => {
	stage = await openStage();
});
afterAll(async () => await stage?.close());

test('n8n loads the package, and each credential passes its test', async () => {
	const { session, ...services } = stage as Stage;
	expect(await session.nodeTypes()).toEqual(
		expect.arrayContaining([
			'n8n-nodes-threatconnect-attackforge.threatConnectGroup',
			'n8n-nodes-threatconnect-attackforge.attackForgeGroup',
		]),
	);
	for (const { name, type, data } of credentialsOf(services)) {
		expect(await session.testCredential(name, type, data)).toMatchObject({ status: 'OK' });
	}
});
