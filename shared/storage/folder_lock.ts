/** One process at a time in a data folder. */

export interface FolderLock {
  release(): void;
}

/**
 * Takes `<folder>/lock`, creating the folder if need be. The operating system drops the lock with
 * the process, so a stale file of a dead one is simply taken over, however pids are reused.
 *
 * @throws Error naming the folder and the pid of the holder.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await Deno.mkdir(folder, { recursive: true });
  const file = await Deno.open(`${folder}/lock`, { read: true, write: true, create: true });
  try {
    if (!await file.tryLock(true)) {
      const pid = await Deno.readTextFile(`${folder}/lock`);
      throw new Error(`Cannot open the data folder ${folder}: process ${pid.trim()} is using it`);
    }
    await file.truncate();
    await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch (error) {
    file.close();
    throw error;
  }
  return { release: () => file.close() };
}
