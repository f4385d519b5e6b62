import { defineOperation, type Operation } from '../../operations/index.ts';
import { extensionsContract as contract } from './contract.ts';
import type { Functions } from './functions.ts';
import type { McpServers } from './mcp-servers.ts';
import type { Skills } from './skills.ts';
import type { Web } from './web.ts';

export function extensionsOperations({
  servers,
  functions,
  skills,
  web,
}: {
  servers: McpServers;
  functions: Functions;
  skills: Skills;
  web: Web;
}): Operation[] {
  return [
    defineOperation(contract.webSearch, (context) => web.get(context)),
    defineOperation(contract.setWebSearch, (context, input) => web.set(context, input)),
    defineOperation(contract.deleteWebSearch, (context) => web.delete(context)),
    defineOperation(contract.testWebSearch, (context, input) => web.test(context, input)),
    defineOperation(contract.listServers, (context) => servers.list(context)),
    defineOperation(contract.createServer, (context, input) => servers.create(context, input)),
    defineOperation(contract.updateServer, (context, input) => servers.update(context, input)),
    defineOperation(contract.deleteServer, (context, input) => servers.delete(context, input.id)),
    defineOperation(contract.connectServer, (context, input) => servers.connect(context, input.id)),
    defineOperation(contract.finishSignIn, (context, input) => servers.finishSignIn(context, input)),
    defineOperation(contract.listFunctions, (context) => functions.list(context)),
    defineOperation(contract.createFunction, (context, input) => functions.create(context, input)),
    defineOperation(contract.updateFunction, (context, input) => functions.update(context, input)),
    defineOperation(contract.deleteFunction, (context, input) => functions.delete(context, input.id)),
    defineOperation(contract.runFunction, (context, input) => functions.run(context, input)),
    defineOperation(contract.listSkills, (context, input) => skills.list(context, input)),
    defineOperation(contract.importSkill, (context, input) => skills.import(context, input)),
    defineOperation(contract.exportSkill, (context, input) => skills.export(context, input.id)),
    defineOperation(contract.updateSkill, (context, input) => skills.update(context, input)),
    defineOperation(contract.deleteSkill, (context, input) => skills.delete(context, input.id)),
  ];
}
