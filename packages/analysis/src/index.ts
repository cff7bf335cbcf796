export { bootstrap, type BootstrapOptions } from "./bootstrap.ts";
export { type Calibration, calibration, type CalibrationBin, type CalibrationOptions, confidences } from "./calibration.ts";
export { fitTemperature } from "./temperature.ts";
export { type Interval, wilson } from "./wilson.ts";
