// The wheels of Pyodide's release, kept in .cache/wheels: what its addresses would answer.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const WHEELS = resolve(".cache/wheels");
if (!existsSync(WHEELS)) throw new Error("no wheels in .cache/wheels: python requirements/wheels.py .cache/wheels");

export const wheel = (url) => readFileSync(join(WHEELS, url.split("/").at(-1)));
