/** Budgets of size: short files, short functions, few positional parameters. */

import ts from "typescript";
import { isTest, lineAt, type Source } from "./sources.ts";

const fileLinesMax = 400;
const functionLinesMax = 70;
const parametersMax = 3;

export function checkBudgets(source: Source): string[] {
  const found: string[] = [];
  const lines = source.text.split("\n").length - 1;
  if (lines > fileLinesMax) {
    found.push(`${source.path}:1: ${lines} lines; a file has at most ${fileLinesMax}`);
  }
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      found.push(...checkFunction(source, node as ts.FunctionLikeDeclaration, file));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function checkFunction(
  source: Source,
  node: ts.FunctionLikeDeclaration,
  file: ts.SourceFile,
): string[] {
  const from = lineAt(source.text, node.getStart(file));
  const length = lineAt(source.text, node.end) - from + 1;
  const name = node.name?.getText(file) ?? "a function";
  const found: string[] = [];
  if (length > functionLinesMax && !isSuite(node)) {
    found.push(
      `${source.path}:${from}: ${name} has ${length} lines; at most ${functionLinesMax}`,
    );
  }
  if (node.parameters.length > parametersMax && !isTest(source.path)) {
    found.push(
      `${source.path}:${from}: ${name} takes ${node.parameters.length} parameters; use options`,
    );
  }
  return found;
}

/** The function given to `describe` only lists its tests. */
function isSuite(node: ts.Node): boolean {
  const call = node.parent;
  return ts.isCallExpression(call) && call.expression.getText() === "describe";
}
