import type { WasmBackend } from "./backend.ts";
import * as at from "./constants/geometry.ts";

/** A window that slides over images [batch, height, width, channels]: of a convolution, a pool, or a gradient of one. */
export interface Geometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** In a pool: its channels. */
  readonly filters: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** Rows and columns of padding before the images. */
  readonly top: number;
  readonly left: number;
  /** Dilation of the images' rows and columns: as if this many − 1 zeros were between them; default 1. */
  readonly spreadHeight?: number;
  readonly spreadWidth?: number;
}

const PLACES = {
  batch: at.BATCH,
  height: at.HEIGHT,
  width: at.WIDTH,
  channels: at.CHANNELS,
  kernelHeight: at.KERNEL_HEIGHT,
  kernelWidth: at.KERNEL_WIDTH,
  filters: at.FILTERS,
  outHeight: at.OUT_HEIGHT,
  outWidth: at.OUT_WIDTH,
  strideHeight: at.STRIDE_HEIGHT,
  strideWidth: at.STRIDE_WIDTH,
  top: at.TOP,
  left: at.LEFT,
  spreadHeight: at.SPREAD_HEIGHT,
  spreadWidth: at.SPREAD_WIDTH,
} as const satisfies Record<keyof Geometry, number>;

/** Writes a geometry in the layout that kernels read to the GEOMETRY_BYTES bytes at an address. */
export function writeGeometry({ buffer }: WebAssembly.Memory, address: number, geometry: Geometry): void {
  const words = new Int32Array(buffer, address, at.GEOMETRY_BYTES >> 2);
  const whole: Required<Geometry> = { spreadHeight: 1, spreadWidth: 1, ...geometry };
  for (const [name, place] of Object.entries(PLACES)) words[place >> 2] = whole[name as keyof Geometry];
}

/** Calls `use` with the address of a geometry. */
export function withGeometry<T>(backend: WasmBackend, geometry: Geometry, use: (address: number) => T): T {
  return backend.withScratch(at.GEOMETRY_BYTES, (address) => {
    writeGeometry(backend.tensors.memory, address, geometry);
    return use(address);
  });
}

/** What TensorFlow.js computes from the attributes of a convolution or pool. */
interface StockGeometry {
  readonly batchSize: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

export function geometryOf(stock: StockGeometry): Geometry {
  return {
    batch: stock.batchSize,
    height: stock.inHeight,
    width: stock.inWidth,
    channels: stock.inChannels,
    kernelHeight: stock.filterHeight,
    kernelWidth: stock.filterWidth,
    filters: stock.outChannels,
    outHeight: stock.outHeight,
    outWidth: stock.outWidth,
    strideHeight: stock.strideHeight,
    strideWidth: stock.strideWidth,
    top: stock.padInfo.top,
    left: stock.padInfo.left,
  };
}
