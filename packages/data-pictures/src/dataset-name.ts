/** What the configuration calls the data set, and messages begin with. */
export const DATASET = "pictures";
