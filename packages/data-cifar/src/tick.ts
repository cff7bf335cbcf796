/** Called between parts of long work: tells how far it is, lets the event loop run, and throws if the work is to stop. */
export type Tick = (done: number, total: number) => Promise<void>;
