// A failing property is not shrunk: that it fails is all a mutant needs.
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
