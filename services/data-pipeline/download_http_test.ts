// Goal: a period is fetched and loaded by one request, however often it breaks off, and says how far
// it is. Method: the real pipeline, and a server of the recorded files that counts what it is asked.

import { assert, assertEquals } from "@std/assert";
import { importView } from "../../shared/contracts/http/data_pipeline.ts";
import { openTestStore } from "../../shared/testing/memory_store.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { refusalAuthenticate } from "../../shared/testing/refusal_suite.ts";
import { dataTest, testData } from "../../shared/testing/test_data.ts";
import { vendorDay } from "../../shared/testing/vendor_bars.ts";
import { startTestPipeline, temporaryFolder } from "./testing/test_pipeline.ts";

const store = await openTestStore();
const day = { symbol: "EURUSD", from: "2019-02-04T00:00:00Z", to: "2019-02-05T00:00:00Z" };
const whole = { ...day, kinds: ["ticks", "bid-bars"] };

/** Serves the files of a folder; `answer` may answer in its place. */
function serveFiles(folder: string, answer: (path: string) => Promise<Response | null>) {
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const other = await answer(pathname);
      if (other !== null) return other;
      try {
        return new Response(await Deno.readFile(`${folder}${pathname}`));
      } catch {
        return new Response(null, { status: 404 });
      }
    },
  );
  return {
    asked,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

dataTest(
  "a day is fetched, told of, loaded whole, and not fetched twice",
  "dukascopy",
  async () => {
    const held = Promise.withResolvers<void>();
    await using server = serveFiles(testData("dukascopy")!, async (path) => {
      if (path.includes("/12h")) await held.promise;
      return null;
    });
    await using folder = await temporaryFolder();
    await using pipeline = await startTestPipeline({
      ...{ store, authenticate: refusalAuthenticate },
      ...{ folder: folder.path, dukascopy: { url: server.url, pauseMs: 0 } },
    });
    const made = await pipeline.call("POST", "/v1/imports", { path: "fetched", download: whole });
    assertEquals(made.status, 201);
    importView.parse(made.body);
    assertEquals(made.body.download, { ...whole, filesDone: 0, filesTotal: 0, bytes: 0 });
    assertEquals(made.body.path, "fetched/EURUSD");
    const look = async () => (await pipeline.call("GET", `/v1/imports/${made.body.importId}`)).body;
    // Twelve hours before the one that is held, and eleven that the other request goes on with.
    const underWay = await eventually(async () => {
      const view = await look();
      return view.download.filesDone === 23 && view;
    });
    assert(underWay.state === "running" && underWay.download.bytes > 0);
    held.resolve();
    const done = await pipeline.ended(made.body.importId);
    importView.parse(done);
    assertEquals([done.state, done.error], ["done", null]);
    assertEquals([done.download.filesDone, done.download.filesTotal], [25, 25]);
    assertEquals(done.rowsStored, vendorDay.ticks + vendorDay.minutes);
    assertEquals(server.asked.length, 25);

    const again = await pipeline.load({ path: "fetched", download: day });
    assertEquals([again.state, again.download.filesDone], ["done", 24]);
    assertEquals(server.asked.length, 25);
  },
);

dataTest(
  "a download that is refused or canceled says so, and keeps what it has",
  "dukascopy",
  async () => {
    const forever = Promise.withResolvers<void>();
    let mode: "forbidden" | "slow" = "forbidden";
    await using server = serveFiles(testData("dukascopy")!, async (path) => {
      if (!path.includes("/03h")) return null;
      if (mode === "slow") await forever.promise;
      return new Response("no", { status: 403 });
    });
    await using folder = await temporaryFolder();
    await using pipeline = await startTestPipeline({
      ...{ store, authenticate: refusalAuthenticate },
      ...{ folder: folder.path, dukascopy: { url: server.url, pauseMs: 0 } },
    });
    const refused = await pipeline.load({ path: "fetched", download: day });
    assertEquals([refused.state, refused.error.code], ["stopped", "download"]);
    assert(refused.error.message.endsWith("03h_ticks.bi5 answers 403"), refused.error.message);
    mode = "slow";
    const made = await pipeline.call("POST", "/v1/imports", { path: "fetched", download: day });
    await eventually(() => server.asked.filter((path) => path.includes("/03h")).length === 2);
    await pipeline.call("POST", `/v1/imports/${made.body.importId}/cancel`);
    assertEquals((await pipeline.ended(made.body.importId)).state, "canceled");
    forever.resolve();
    assertEquals(server.asked.filter((path) => path.includes("/00h")).length, 1);
  },
);

Deno.test("a download outside the folder, of no period or of no symbol is refused", async () => {
  await using folder = await temporaryFolder();
  await using outside = await temporaryFolder();
  await Deno.symlink(outside.path, `${folder.path}/link`);
  await using pipeline = await startTestPipeline({
    ...{ store, authenticate: refusalAuthenticate, folder: folder.path, runs: false },
  });
  const codeOf = async (path: string, download: unknown) =>
    (await pipeline.call("POST", "/v1/imports", { path, download })).body.code;
  for (const path of ["../up", "/etc", "link", "link/in", "a/../../b", ".hidden", "a\\b"]) {
    assertEquals(await codeOf(path, day), "import_path_outside", path);
  }
  assertEquals([...Deno.readDirSync(outside.path)], []);
  assertEquals(await codeOf("in", { ...day, symbol: "EURXXX" }), "import_symbol_unknown");
  assertEquals(await codeOf("in", { ...day, to: day.from }), "invalid_request");
  assertEquals(await codeOf("in", { ...day, from: "1990-01-01T00:00:00Z" }), "invalid_request");
  assertEquals(await codeOf("in", { ...day, kinds: [] }), "invalid_request");
});
