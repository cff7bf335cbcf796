/** A dataset in MNIST's four files. */
export interface Family {
  /** Name in the configuration, with which messages begin. */
  readonly dataset: "mnist" | "fashion-mnist";
  /** Name for people. */
  readonly title: string;
  /** Folder on a server with the gzipped files. */
  readonly url: string;
  /** Length and SHA-256 of each compressed file. */
  readonly packed: Readonly<Record<IdxFile, readonly [bytes: number, sha256: string]>>;
  readonly labels: readonly string[];
  /** The subfolder in which torchvision stores the files. */
  readonly torchvision: string;
}

/** The files, by their official names without ".gz". */
export const IDX_FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;
export type IdxFile = (typeof IDX_FILES)[number];

/**
 * @see LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proceedings of the IEEE, 1998. Lengths
 *   and checksums as listed by TensorFlow Datasets.
 */
export const MNIST: Family = {
  dataset: "mnist",
  title: "MNIST",
  url: "https://storage.googleapis.com/cvdf-datasets/mnist/",
  packed: {
    "train-images-idx3-ubyte": [9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"],
    "train-labels-idx1-ubyte": [28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"],
    "t10k-images-idx3-ubyte": [1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"],
    "t10k-labels-idx1-ubyte": [4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"],
  },
  labels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  torchvision: "MNIST/raw",
};

/**
 * @see Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017. Lengths and
 *   checksums as listed by TensorFlow Datasets.
 */
export const FASHION_MNIST: Family = {
  dataset: "fashion-mnist",
  title: "Fashion-MNIST",
  url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  packed: {
    "train-images-idx3-ubyte": [26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
    "train-labels-idx1-ubyte": [29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
    "t10k-images-idx3-ubyte": [4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
    "t10k-labels-idx1-ubyte": [5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
  },
  labels: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
  torchvision: "FashionMNIST/raw",
};
