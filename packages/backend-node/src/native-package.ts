/** TensorFlow.js's packages of TensorFlow's own library: on the CPU, and by CUDA. */
export type NativePackage = "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu";
