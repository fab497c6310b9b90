/** Builds the SDK for npm: JavaScript and declarations by the compiler, a tarball by npm. */

import ts from "typescript";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const sdkFolder = fileURLToPath(new URL("../../shared/sdk/", import.meta.url));

/** Compiles the SDK as `npm/tsconfig.json` says; throws with every diagnostic when it has faults. */
export function compileSdk(outDir: string): void {
  const folder = join(sdkFolder, "npm");
  const { config, error } = ts.readConfigFile(join(folder, "tsconfig.json"), ts.sys.readFile);
  if (error !== undefined) throw new Error(describe([error]));
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, folder, { outDir });
  const program = ts.createProgram(parsed.fileNames, parsed.options);
  const emitted = program.emit();
  const faults = [...parsed.errors, ...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (faults.length > 0) throw new Error(`Cannot compile the SDK:\n${describe(faults)}`);
}

const describe = (faults: readonly ts.Diagnostic[]): string =>
  ts.formatDiagnostics(faults, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => sdkFolder,
    getNewLine: () => "\n",
  });

/** Leaves the package's tarball in `folder`; returns its path. Needs `npm`. */
export async function packSdk(folder: string): Promise<string> {
  const staging = await Deno.makeTempDir({ prefix: "spotwire-sdk-" });
  try {
    compileSdk(join(staging, "dist"));
    await Deno.copyFile(join(sdkFolder, "npm", "package.json"), join(staging, "package.json"));
    await Deno.copyFile(join(sdkFolder, "README.md"), join(staging, "README.md"));
    await Deno.mkdir(folder, { recursive: true });
    const { success, stdout, stderr } = await new Deno.Command("npm", {
      args: ["pack", "--json", "--pack-destination", await Deno.realPath(folder)],
      cwd: staging,
    }).output();
    if (!success) throw new Error(`Cannot pack the SDK: ${new TextDecoder().decode(stderr)}`);
    const [packed] = JSON.parse(new TextDecoder().decode(stdout)) as [{ filename: string }];
    return join(folder, packed.filename);
  } finally {
    await Deno.remove(staging, { recursive: true });
  }
}
