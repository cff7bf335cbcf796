// Stands in for @tensorflow/tfjs-node, whose install script downloads a library: the same name of backend, registered when
// it is loaded and with the highest priority, the same kernels and refusals, over TensorFlow.js's CPU backend. native-backend.test.ts holds
// it against a list that the library itself passes (node scripts/native-tensorflow.mjs check exam).
const tf = { ...require("@tensorflow/tfjs-core"), ...require("@tensorflow/tfjs-backend-cpu") };

/** What tfjs-node 4.22 has not. */
const absent = [
  "BitwiseAnd",
  "DenseBincount",
  "Draw",
  "MaxPoolWithArgmax",
  "RaggedGather",
  "RaggedRange",
  "RaggedTensorToTensor",
  "RotateWithOffset",
  "SearchSorted",
  "SparseFillEmptyRows",
  "SparseReshape",
  "SparseSegmentMean",
  "SparseSegmentSum",
  "StringNGrams",
  "StringSplit",
  "StringToHashBucketFast",
  "Transform",
];

const convolution =
  (depthwise) =>
  ({ attrs, inputs }) =>
    tf.backend_util.computeConv2DInfo(
      inputs.x?.shape ?? attrs.inputShape,
      inputs.filter?.shape ?? attrs.filterShape,
      attrs.strides,
      attrs.dilations ?? 1,
      attrs.pad,
      attrs.dimRoundingMode,
      depthwise,
    );
const pool = ({ attrs, inputs }) =>
  tf.backend_util.computePool2DInfo((inputs.input ?? inputs.x).shape, attrs.filterSize, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode);

/** Padding of these must be "valid" or "same", or where `explicit` a list for each dimension. */
const padded = {
  Conv2D: { info: convolution(false), explicit: true },
  FusedConv2D: { info: convolution(false), explicit: true },
  Conv2DBackpropInput: { info: convolution(false) },
  Conv2DBackpropFilter: { info: convolution(false) },
  DepthwiseConv2dNative: { info: convolution(true) },
  MaxPool: { info: pool },
  MaxPoolGrad: { info: pool },
  AvgPool: { info: pool },
  AvgPoolGrad: { info: pool },
};

function refusePadding({ info, explicit }, call) {
  const { type } = info(call).padInfo;
  if (type === "VALID" || type === "SAME" || (explicit && type === "EXPLICIT")) return;
  throw new Error(`TF Backend supports only 'valid' and 'same' padding while padding was ${type}`);
}

/** What the library says of arguments that an operation of it does not take. */
const refusal = () => new Error("Invalid TF_Status: 3");
const refuses = {
  Add: ({ a, b }) => a.dtype === "bool" && b.dtype === "bool",
  Max: ({ x }) => x.dtype === "bool",
  // Whole numbers by 0.
  FloorDiv: ({ a, b }) => a.dtype === "int32" && b.dtype === "int32" && tf.engine().readSync(b.dataId).includes(0),
};

class StandIn extends tf.MathBackendCPU {
  constructor(name, usesGpu) {
    super();
    this.isGPUPackage = name.endsWith("gpu");
    this.isUsingGpuDevice = usesGpu;
    this.binding = { TF_Version: "0.0.0" };
  }
}

/** Registers the backend, as loading the package does. `usesGpu`: whether its library lists a GPU among its devices. */
module.exports = function standIn(name = "@tensorflow/tfjs-node", usesGpu = false) {
  if (!tf.findBackendFactory("tensorflow")) {
    tf.registerBackend("tensorflow", () => new StandIn(name, usesGpu), 3);
    tf.copyRegisteredKernels("cpu", "tensorflow");
    for (const kernelName of absent) tf.unregisterKernel(kernelName, "tensorflow");
    for (const kernelName of [...Object.keys(padded), ...Object.keys(refuses)]) {
      const kernel = tf.getKernel(kernelName, "tensorflow");
      tf.unregisterKernel(kernelName, "tensorflow");
      tf.registerKernel({
        ...kernel,
        kernelFunc(call) {
          if (padded[kernelName]) refusePadding(padded[kernelName], call);
          if (refuses[kernelName]?.(call.inputs)) throw refusal();
          return kernel.kernelFunc(call);
        },
      });
    }
  }
  void tf.setBackend("tensorflow");
};
