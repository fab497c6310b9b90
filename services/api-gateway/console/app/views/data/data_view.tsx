/** History from files: imports and how far they are, their quality, and where history has holes. */

import { useApp } from "../../core/app.ts";
import { GapCalendar } from "./gap_calendar.tsx";
import { ImportReportPanel } from "./import_report.tsx";
import { Imports } from "./imports.tsx";

export function DataView() {
  const { router } = useApp();
  const { item } = router.route.value;
  return (
    <div class="page">
      <Imports />
      {item !== null && <ImportReportPanel key={item} importId={item} />}
      <GapCalendar />
    </div>
  );
}
