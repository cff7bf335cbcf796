/** Name of the dataset in the configuration, with which messages begin. */
export const DATASET = "pictures";
