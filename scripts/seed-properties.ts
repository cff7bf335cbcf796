// Property tests draw the same cases each time, so that failures are reproducible.
import fc from "fast-check";

fc.configureGlobal({ seed: 1 });
