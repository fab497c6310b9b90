/** The catalogue of refusals as a page. Its texts are the platform's own and hold no markup. */

import { refusalCatalogue } from "../../../shared/contracts/http/refusals.ts";
import { page } from "./docs_page.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const rows = refusalCatalogue.map((one) =>
  `<tr id="${one.code}"><td><code>${one.code}</code></td><td>${escaped(one.title)}</td>` +
  `<td>${escaped(one.advice)}</td><td>${one.dependsOn}</td><td>${one.status}</td>` +
  `<td>${one.fixOrdRejReason}</td><td><code>${one.oandaRejectReason}</code></td>` +
  `<td><code>${one.grpcStatus}</code></td></tr>`
);

export const refusalsPage: string = page(
  "Spotwire refusals",
  `<h1>Refusals</h1>
<p>Every code an order, a replace or a cancel can be turned down with. What depends on
<em>terms</em> is refused for ever; what depends on <em>state</em> may be taken later, under a new
client order id. As a document: <code>GET /v1/refusals</code>.</p>
<table><thead><tr><th>Code</th><th>What happened</th><th>What to do</th><th>Depends on</th>
<th>HTTP</th><th>FIX 103</th><th>OANDA v20</th><th>gRPC</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`,
);
