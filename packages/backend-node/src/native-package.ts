/** TensorFlow.js's packages with TensorFlow's own library: on the CPU, and with CUDA. */
export type NativePackage = "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu";
