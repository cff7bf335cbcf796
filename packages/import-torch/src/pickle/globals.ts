import { type ElementType, ELEMENT_BYTES, Tensor, TorchStorage } from "../checkpoint/tensor.ts";
import { latin1Bytes, numpyScalar, numpyType } from "./numpy-scalar.ts";
import { type PickleDict, PickleGlobal, type PickleKey, PickleTuple, type PickleValue } from "./pickle-value.ts";

/** What a call may use of the machine that makes it. */
export interface CallContext {
  /** The file, for messages. */
  readonly who: string;
  /** Counts what is copied; throws if it is more than the pickle can need. */
  spend(items: number): void;
}

/** Returns undefined for arguments that checkpoints do not use. */
type Call = (args: readonly PickleValue[], context: CallContext) => PickleValue | undefined;

const calls: Readonly<Record<string, Call>> = {
  "collections.OrderedDict": orderedDict,
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": parameter,
  "torch._utils._rebuild_parameter_with_state": parameter, // other attributes set on it do not matter here
  "torch.device": ([place]) => (typeof place === "string" ? place : undefined),
  "torch.Size": ([size, ...rest]) => (size instanceof PickleTuple && rest.length === 0 ? size : undefined),
  "_codecs.encode": encode,
  "numpy.dtype": numpyType,
  "numpy.core.multiarray.scalar": numpyScalar,
  "numpy._core.multiarray.scalar": numpyScalar,
};

/** PyTorch's own limit is 64; kernels have 4. */
const MOST_AXES = 8;

const STORAGE = /^torch\.(?:cuda\.)?(\w+)Storage$/;

/** `torch.bfloat16` and the like, which are stored next to weights to record the training precision. */
const DTYPE = /^torch\.(?:b?float|u?int|complex|bool)(?:\d+(?:_e\dm\d\w*)?)?$/;

/** Whether a name is allowed in a checkpoint at all: the callables above, and types of storages and numbers, which are never called. */
export function isKnownGlobal(name: string): boolean {
  return Object.hasOwn(calls, name) || DTYPE.test(name) || elementTypeOf(new PickleGlobal(name)) !== undefined;
}

/** The element type of `torch.FloatStorage` or `torch.cuda.FloatStorage`; the location does not matter here. */
export function elementTypeOf(value: PickleValue | undefined): ElementType | undefined {
  const type = value instanceof PickleGlobal ? STORAGE.exec(value.name)?.[1] : undefined;
  return type !== undefined && Object.hasOwn(ELEMENT_BYTES, type) ? (type as ElementType) : undefined;
}

/** Calls a global. Undefined if it cannot be called, or not with these arguments. */
export function callGlobal({ name }: PickleGlobal, args: readonly PickleValue[], context: CallContext): PickleValue | undefined {
  return Object.hasOwn(calls, name) ? calls[name]?.(args, context) : undefined;
}

export function isPickleKey(value: PickleValue | undefined): value is PickleKey {
  return value === null || ["boolean", "number", "bigint", "string"].includes(typeof value);
}

/** Python 3 calls it without arguments and sets the items afterwards; Python 2 passes a list of [key, value] lists. */
function orderedDict(args: readonly PickleValue[], context: CallContext): PickleDict | undefined {
  const dict: PickleDict = new Map();
  const [pairs, ...rest] = args;
  if (pairs === undefined) return dict;
  if (!Array.isArray(pairs) || rest.length > 0) return undefined;
  context.spend(pairs.length); // the list may be passed repeatedly
  for (const pair of pairs) {
    const items = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    const [key, value] = items;
    if (items.length !== 2 || !isPickleKey(key) || value === undefined) return undefined;
    dict.set(key, value);
  }
  return dict;
}

/** (storage, offset, size, stride), then requires_grad and hooks, which do not matter here. */
function rebuildTensor([storage, offset, size, stride]: readonly PickleValue[], { who }: CallContext): Tensor | undefined {
  const [shape, strides] = [numbers(size), numbers(stride)];
  if (!(storage instanceof TorchStorage) || typeof offset !== "number" || !shape || !strides) return undefined;
  return new Tensor(who, storage, offset, shape, strides);
}

function parameter([data]: readonly PickleValue[]): Tensor | undefined {
  return data instanceof Tensor ? data : undefined;
}

function numbers(value: PickleValue | undefined): number[] | undefined {
  const items = value instanceof PickleTuple && value.items.length <= MOST_AXES ? value.items : undefined;
  return items?.every((item) => typeof item === "number") ? [...items] : undefined;
}

/** Python 3 writes bytes in protocol 2 as text that is encoded again. */
function encode([text, encoding, ...rest]: readonly PickleValue[], context: CallContext): Uint8Array | undefined {
  if (typeof text !== "string" || encoding !== "latin1" || rest.length > 0) return undefined;
  context.spend(text.length);
  return latin1Bytes(text);
}
