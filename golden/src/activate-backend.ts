import { BACKENDS, createContainer, UserError } from "@benn/core";
import backendNode from "@benn/backend-node";
import backendWasm from "@benn/backend-wasm";
import backendWebgpu from "@benn/backend-webgpu";

/**
 * Makes the backend the one that computes.
 * @throws UserError when its name is unknown or it does not work here
 */
export async function activateBackend(name: string): Promise<void> {
  const container = createContainer();
  await backendNode.register(container);
  await backendWasm.register(container);
  await backendWebgpu.register(container);
  const backend = container.resolve(BACKENDS).create(name);
  const probe = await backend.probe();
  if (!probe.ok) throw new UserError(`${probe.reason} ${probe.remedy}`);
  await backend.activate();
}
