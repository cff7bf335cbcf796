// A module of its own, so that bundlers too run it before tsyringe, which needs it: they call a CommonJS module where its importer begins, after
// all that the importer imports.
import "reflect-metadata";
