// `x.add(y)` for `add(x, y)`. TensorFlow.js has these methods in a module that only bundlers can load; its entries for
// Node leave them out.
import * as tf from "@tensorflow/tfjs-core";

/** Operations whose first argument becomes `this`. */
const NAMES = `
  abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchNorm batchToSpaceND broadcastTo cast
  ceil clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d dilation2d div
  divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv gather greater greaterEqual ifft irfft
  isFinite isInf isNaN leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid logSoftmax logSumExp
  logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod mul neg norm
  notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape resizeBilinear resizeNearestNeighbor
  reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus spaceToBatchND split sqrt
  square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose unique unsortedSegmentSum
  unstack zerosLike`;

type Operation = (...args: unknown[]) => unknown;
const spectral: Readonly<Record<string, Operation>> = { ...tf.spectral } as never;
const images: Readonly<Record<string, Operation>> = { ...tf.image } as never;
const operations = tf as unknown as Readonly<Record<string, Operation>>;

const list = (others: tf.Tensor | readonly tf.Tensor[]): readonly tf.Tensor[] => (others instanceof tf.Tensor ? [others] : others);

const METHODS: Readonly<Record<string, (x: tf.Tensor, ...args: never[]) => unknown>> = {
  as1D: (x) => tf.reshape(x, [x.size]),
  as2D: (x, ...shape: number[]) => tf.reshape(x, shape),
  as3D: (x, ...shape: number[]) => tf.reshape(x, shape),
  as4D: (x, ...shape: number[]) => tf.reshape(x, shape),
  as5D: (x, ...shape: number[]) => tf.reshape(x, shape),
  asScalar(x) {
    tf.util.assert(x.size === 1, () => "The array must have only 1 element.");
    return tf.reshape(x, []);
  },
  asType: (x, type: tf.DataType) => tf.cast(x, type),
  concat: (x, others: tf.Tensor | tf.Tensor[], axis?: number) => tf.concat([x, ...list(others)], axis),
  flatten: (x) => tf.reshape(x, [x.size]),
  reshapeAs: (x, other: tf.Tensor) => tf.reshape(x, other.shape),
  stack: (x, others: tf.Tensor | tf.Tensor[], axis?: number) => tf.stack([x, ...list(others)], axis),
  toBool: (x) => tf.cast(x, "bool"),
  toFloat: (x) => tf.cast(x, "float32"),
  toInt: (x) => tf.cast(x, "int32"),
  where: (x, condition: tf.Tensor, other: tf.Tensor) => tf.where(condition, x, other),
};

function addMethod(name: string, operation: (x: tf.Tensor, ...args: never[]) => unknown): void {
  const value = function (this: tf.Tensor, ...args: never[]) {
    (this as unknown as { throwIfDisposed(): void }).throwIfDisposed();
    return operation(this, ...args);
  };
  Object.defineProperty(tf.Tensor.prototype, name, { value, configurable: true, enumerable: true, writable: true });
}

/** Gives every tensor the methods of TensorFlow.js's union package. */
export function registerChainedOperations(): void {
  for (const name of NAMES.trim().split(/\s+/)) {
    const operation = operations[name] ?? spectral[name] ?? images[name];
    if (!operation) throw new TypeError(`core: TensorFlow.js ${tf.version_core} has no operation "${name}".`);
    addMethod(name, operation);
  }
  for (const [name, method] of Object.entries(METHODS)) addMethod(name, method);
}
