import { UserError } from "@benn/core";
import { elementTypeOf } from "../pickle/globals.ts";
import { PickleTuple, type PickleValue } from "../pickle/pickle-value.ts";
import { TorchStorage } from "./tensor.ts";

/**
 * The storage that a persistent id refers to: ("storage", type, key, location, elements), and, as older versions write, a last item (key of
 * the view, offset, elements) or None. The location, such as a GPU, is ignored.
 * @throws UserError for an id of any other form, such as a whole module
 */
export function storageOf(id: PickleValue, who: string): TorchStorage {
  const [kind, typeName, key, location, total, view = null] = id instanceof PickleTuple ? id.items : [];
  const type = elementTypeOf(typeName);
  const isId = id instanceof PickleTuple && (id.items.length === 5 || id.items.length === 6);
  if (isId && kind === "storage" && type && typeof key === "string" && typeof location === "string" && isCount(total)) {
    if (view === null) return new TorchStorage({ type, key, total, offset: 0, length: total });
    const [viewKey, offset, length] = view instanceof PickleTuple && view.items.length === 3 ? view.items : [];
    if (typeof viewKey === "string" && isCount(offset) && isCount(length) && offset + length <= total) {
      return new TorchStorage({ type, key, total, offset, length });
    }
  }
  throw new UserError(
    `${who}: refers to ${kind === "module" ? "the code of a module" : "a storage in a form"} that no state dict has. ` +
      "Save the weights alone: torch.save({'state_dict': model.state_dict()}, 'clean.pth.tar').",
  );
}

function isCount(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
