// Stands in for @tensorflow/tfjs-node, whose install script downloads a library: the same name of backend, registered when
// it is loaded and with the highest priority, the same refusals of padding, over TensorFlow.js's CPU backend.
const tf = require("@tensorflow/tfjs");

class StandIn extends tf.MathBackendCPU {}
if (!tf.findBackendFactory("tensorflow")) {
  tf.registerBackend("tensorflow", () => new StandIn(), 3);
  tf.copyRegisteredKernels("cpu", "tensorflow");
  const padded = ["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "MaxPool", "MaxPoolGrad", "AvgPool", "AvgPoolGrad"];
  for (const kernelName of padded) {
    const { kernelFunc } = tf.getKernel(kernelName, "tensorflow");
    tf.unregisterKernel(kernelName, "tensorflow");
    tf.registerKernel({
      kernelName,
      backendName: "tensorflow",
      kernelFunc(call) {
        if (call.attrs.pad !== "valid" && call.attrs.pad !== "same") {
          throw new Error(`TF Backend supports only 'valid' and 'same' padding while padding was ${JSON.stringify(call.attrs.pad)}`);
        }
        return kernelFunc(call);
      },
    });
  }
}
void tf.setBackend("tensorflow");
