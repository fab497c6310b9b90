import { assertEquals } from "@std/assert";
import { wholenessOf, yearGrids } from "./day_grid.ts";

Deno.test("a year is a column a week from Sunday on, every day in its place once", () => {
  const gaps = [{ from: "", to: "", seconds: 700 }];
  const [grid] = yearGrids([
    { day: "2024-02-29", rowsStored: 10, gaps },
    { day: "2024-02-29", rowsStored: 5, gaps: [] },
  ]);
  const cells = grid!.weeks.flat();
  const days = cells.flatMap((cell) => cell === null ? [] : [cell.day]);
  assertEquals([days.length, days[0], days.at(-1)], [366, "2024-01-01", "2024-12-31"]);
  assertEquals(grid!.weeks.every((week) => week.length === 7), true);
  for (const week of grid!.weeks) {
    week.forEach((cell, row) => cell && assertEquals(new Date(cell.day).getUTCDay(), row));
  }
  const leap = cells.find((cell) => cell?.day === "2024-02-29");
  assertEquals([leap?.wholeness, leap?.rows], ["some", 10], "of two series the one with more rows");
});

Deno.test("days are told apart by what is missing", () => {
  const of = [[0, 0], [1, 0], [1, 600], [1, 3_600], [1, 3_601]] as const;
  assertEquals(of.map(([rows, gap]) => wholenessOf(rows, gap)), [
    "none",
    "whole",
    "small",
    "some",
    "large",
  ]);
});
