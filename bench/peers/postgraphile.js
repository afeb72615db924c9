/** PostGraphile on the tables of a ledger, in a process of its own; its standard input names the database. Prints its URL. */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

createInterface({ input: process.stdin }).once('line', async (line) => {
  const { url, width } = JSON.parse(line);
  const service = makePgService({
    connectionString: url,
    schemas: ['cutter_governance', 'public'],
    poolConfig: { max: width },
  });
  const server = createServer();
  const served = postgraphile({
    extends: [PostGraphileAmberPreset],
    pgServices: [service],
    grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
    grafast: { explain: false },
  }).createServ(grafserv);
  await served.addTo(server);
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${server.address().port}/graphql\n`);
  });
  process.once('SIGTERM', () => process.exit(0));
});
