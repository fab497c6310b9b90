/** The folder that imports may read from: nothing outside it is ever opened. */

import { SourceFileError } from "../../../shared/venues/files/source_file.ts";

/** A path leads out of the folder, by dots or by a link. */
export class PathOutside extends Error {
  override readonly name = "PathOutside";
}

/** There is nothing at a path. */
export class PathMissing extends Error {
  override readonly name = "PathMissing";
}

export class ImportFolder {
  readonly #folder: string;
  #real: string | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The absolute path, without links, of a path below the folder, named from there or in full.
   * @throws PathOutside, PathMissing
   */
  async resolve(path: string): Promise<string> {
    const root = await this.#root();
    if (path.includes("\0")) throw new PathMissing(path);
    const full = path.startsWith("/") ? path : inside(root) + path;
    // Looked at before the disk is: whether a file outside exists is nobody's business.
    const below = inside(root);
    if (full.split(/[/\\]/).includes("..") || (full !== root && !full.startsWith(below))) {
      throw new PathOutside(path);
    }
    let real: string;
    try {
      real = await Deno.realPath(full);
    } catch (cause) {
      throw new PathMissing(path, { cause });
    }
    if (real !== root && !real.startsWith(below)) throw new PathOutside(path);
    return real;
  }

  /** Makes a folder below the folder, and those it lies in. @throws PathOutside */
  async make(path: string): Promise<string> {
    const root = await this.#root();
    const names = path.split("/").filter((name) => name !== "");
    if (path.startsWith("/") || path.includes("\0") || names.some((name) => /^\.|\\/.test(name))) {
      throw new PathOutside(path);
    }
    // One after another, so that none is made where a link leads.
    let made = "";
    for (const name of names) {
      made += made === "" ? name : `/${name}`;
      try {
        await Deno.mkdir(`${root}/${made}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
      await this.resolve(made);
    }
    return made;
  }

  /** The same for a load: what was there when it was asked for may be gone. @throws SourceFileError */
  async resolveAgain(path: string): Promise<string> {
    try {
      return await this.resolve(path);
    } catch (cause) {
      throw new SourceFileError(path, "it is no longer below the import folder", { cause });
    }
  }

  /** A file's name below the folder; the path itself of others, and where the folder is the root. */
  nameOf(path: string): string {
    const root = inside(this.#real ?? this.#folder);
    return root !== "/" && path.startsWith(root) ? path.slice(root.length) : path;
  }

  async #root(): Promise<string> {
    if (this.#real !== null) return this.#real;
    await Deno.mkdir(this.#folder, { recursive: true });
    return this.#real = await Deno.realPath(this.#folder);
  }
}

/** What every path below a folder begins with. */
const inside = (folder: string): string => folder.endsWith("/") ? folder : `${folder}/`;
