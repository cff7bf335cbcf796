import { BACKENDS, createContainer, UserError } from "@benn/core";
import backendNode from "@benn/backend-node";
import backendWasm from "@benn/backend-wasm";
import backendWebgpu from "@benn/backend-webgpu";

/**
 * Activates the backend.
 * @throws UserError if its name is unknown or it does not work on this machine
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
